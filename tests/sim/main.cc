// Simulated runs of the key/value store: kvstore_sim [--seeds N] [--from SEED] [--until-failure] [--log] [--twice]
// Runs N seeds (100), each in a process of its own, and tells of those whose run went wrong with the command that runs
// them again. --log shows every event; --twice runs each seed twice in its process and compares the traces.
#include "kvstore_run.hh"

#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace {

int run_one(uint64_t seed, bool log, bool twice) {
    sim_test::run_options options;
    options.seed = seed;
    options.log = log;
    auto result = sim_test::run_kvstore(options);
    for (auto& what : result.wrong) {
        std::printf("seed %" PRIu64 ": %s\n", seed, what.c_str());
    }
    bool failed = !result.wrong.empty();
    if (twice && sim_test::run_kvstore(options).trace != result.trace) {
        std::printf("seed %" PRIu64 ": the second run was another one\n", seed);
        failed = true;
    }
    std::printf("seed %" PRIu64 ": trace %016" PRIx64 ", %" PRIu64 " events, %zu calls answered, %zu lost\n", seed,
                result.trace, result.events, result.answered, result.lost);
    std::fflush(stdout);
    return failed ? 1 : 0;
}

}

int main(int argc, char** argv) {
    uint64_t seeds = 100, from = 1;
    bool log = false, twice = false, until_failure = false;
    for (int i = 1; i < argc; ++i) {
        std::string_view word = argv[i];
        if ((word == "--seeds" || word == "--from") && i + 1 < argc) {
            (word == "--seeds" ? seeds : from) = std::strtoull(argv[++i], nullptr, 10);
        } else if (word == "--log") {
            log = true;
        } else if (word == "--twice") {
            twice = true;
        } else if (word == "--until-failure") {
            until_failure = true;
        } else {
            std::fprintf(stderr, "usage: kvstore_sim [--seeds N] [--from SEED] [--until-failure] [--log] [--twice]\n");
            return 2;
        }
    }
    uint64_t failed = 0;
    for (uint64_t seed = from; seed < from + seeds; ++seed) {
        std::fflush(stdout);
        pid_t pid = ::fork();
        if (pid < 0) {
            std::perror("fork");
            return 2;
        }
        if (pid == 0) {
            std::_Exit(run_one(seed, log, twice));
        }
        int status = 0;
        ::waitpid(pid, &status, 0);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            ++failed;
            seeds = until_failure ? seed - from + 1 : seeds;
            std::printf("seed %" PRIu64 " FAILED (%s %d); again: %s --seeds 1 --from %" PRIu64 " --log\n", seed,
                        WIFEXITED(status) ? "status" : "signal",
                        WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), argv[0], seed);
        }
    }
    std::printf("%" PRIu64 " passed, %" PRIu64 " failed\n", seeds - failed, failed);
    return failed == 0 ? 0 : 1;
}

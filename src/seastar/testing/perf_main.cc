// main() of programs that are linked with seastar_perf_testing.
#include <seastar/testing/perf_tests.hh>

int main(int argc, char** argv) { return perf_tests::internal::run_all(argc, argv); }

"""Rules about what is written in a file: banned words by table, coroutines, lines that are too long, links."""
import os
import re

from .tree import Problem, matches

LINE_LENGTH = 120


class Ban:
    """`pattern` must not occur in the files of `scope`, except in those that match `allowed`.

    Scopes: "library" = seastar and smf without their tests; "code" = all C++ files; "text" = every file, comments and
    prose included. `only` narrows a scope to some paths.
    """

    def __init__(self, rule, pattern, why, scope="library", allowed=(), only=("*",)):
        self.rule, self.why, self.scope, self.allowed, self.only = rule, why, scope, allowed, only
        self.pattern = re.compile(pattern, re.M)

    def concerns(self, file):
        if matches(file.path, self.allowed) or not matches(file.path, self.only):
            return False
        if self.scope == "library":
            return file.is_cpp and file.library in ("seastar", "smf") and not file.is_test
        return file.is_cpp if self.scope == "code" else True


KERNEL = ("src/seastar/kernel/*", "include/seastar/core/posix.hh", "include/seastar/core/resource.hh")
APP = ("src/seastar/app/*", "src/seastar/testing/*")
SELF = ("tools/tidylib/content.py", "tools/tidy_test.py")
_FREE = r"(?<![\w.>:])(?:::|std::)?"  # before the name of a function that is no member and in no namespace but std
_GLOBAL = r"(?<![\w>:])::"            # ... and that is called by its full name
_INCLUDE = r"^[ \t]*#[ \t]*include[ \t]*<"
# A variable's type, name and initialiser. Functions have parentheses, other declarations their keyword.
_NO_VARIABLE = (r"(?!(?:const|constexpr|constinit|inline|static|thread_local|using|namespace|class|struct|union|enum|"
                r"typedef|extern|template|return|friend|requires|concept|explicit|else|public|goto|assert)\b)")
_VARIABLE = _NO_VARIABLE + r"[A-Za-z_][\w:]*(?:<[^;(){}]*>)?[ \t&*]+(?!operator\b)\w+(?:\[\w*\])?[ \t]*"

BANS = [
    Ban("random", _FREE + r"(?:s?rand|[dlm]rand48)\(|\bgetrandom\(|\bstd::random_device\b",
        "randomness comes from the shard's generator", allowed=KERNEL),
    Ban("clock", r"\bstd::chrono::(?:system|steady|high_resolution)_clock::now\b|\b(?:gettimeofday|clock_gettime)\(|"
        + _FREE + r"time\((?:nullptr|NULL|0|&)", "time comes from the shard's clock", allowed=KERNEL),
    Ban("exit", _FREE + r"(?:exit|quick_exit)\(", "main returns; a library never ends the process"),
    Ban("exit", _FREE + r"_[eE]xit\(", "a library never ends the process", allowed=KERNEL + APP),
    Ban("output", r"\bstd::(?:cout|cerr|clog)\b|" + _FREE + r"(?:printf|puts|putchar)\(",
        "libraries speak through the logger", allowed=APP + ("src/seastar/memory/log*.cc",)),
    Ban("syscall", r"\b(?:epoll_(?:create1?|ctl|p?wait2?)|io_uring_\w+|eventfd|timerfd_\w+|signalfd|inotify_\w+|"
        r"memfd_create|sched_setaffinity|[sg]etrlimit)\(", "the kernel is reached through kernel/", allowed=KERNEL),
    Ban("syscall", _GLOBAL + r"(?:socket|socketpair|bind|listen|accept4?|connect|shutdown|[sg]etsockopt|open|openat|"
        r"close|read|write|readv|writev|pread|pwrite|send|recv|sendmsg|recvmsg|sendto|recvfrom|poll|ppoll|pipe2?|"
        r"fork|kill|mmap|munmap|madvise|sysconf|syscall)\(", "the kernel is reached through kernel/", allowed=KERNEL),
    Ban("syscall", _INCLUDE + r"(?:liburing\.h|sys/(?:epoll|eventfd|timerfd|signalfd|inotify|mman|syscall|resource)\.h|"
        r"linux/io_uring\.h)>", "the kernel is reached through kernel/", allowed=KERNEL),
    Ban("environment", _FREE + r"(?:secure_)?getenv\(|\b(?:gethostname|uname)\(",
        "environment and host name are reached through kernel/", allowed=KERNEL),
    Ban("thread", r"\bstd::j?thread\b(?!::id)|\bpthread_create\(|\bstd::async\(",
        "threads are made by kernel/, shard/ and app/", allowed=KERNEL + APP + ("src/seastar/shard/*",)),
    Ban("sleep", r"\bstd::this_thread::sleep_(?:for|until)\b|" + _FREE + r"(?:usleep|nanosleep)\(",
        "wait for an event: a sleep hides a race", scope="code", allowed=KERNEL + ("bench/*",)),
    Ban("throw", r"\bthrow\b", "kernel/ and loop/ return values", only=("src/seastar/kernel/*", "src/seastar/loop/*"),
        allowed=("src/seastar/kernel/posix.cc", "src/seastar/kernel/resource.cc")),
    Ban("heavy-include", _INCLUDE + r"(?:iostream|regex|filesystem|fmt/ranges\.h)>",
        "too heavy for a public header", only=("include/*",), allowed=("include/seastar/util/read_first_line.hh",)),
    Ban("heavy-include", _INCLUDE + r"boost/program_options", "too heavy for a public header", only=("include/*",),
        allowed=("include/seastar/core/app-template.hh", "include/seastar/core/*_config.hh",
                 "include/seastar/core/*_options.hh", "include/seastar/util/*-options.hh",
                 "include/seastar/util/log-cli.hh")),
    Ban("global", r"^[ \t]*(?:(?:inline|constinit)[ \t]+)*static[ \t]+(?:(?:inline|constinit)[ \t]+)*" + _VARIABLE
        + r"(?:=[^=]|\{|;)", "no mutable global or function static: state hangs off the shard or the node"),
    Ban("global", r"^(?:(?:inline|constinit)[ \t]+)*" + _VARIABLE + r"(?:=[^=].*|\{.*\})?;[ \t]*$",
        "no mutable global: state hangs off the shard or the node"),
    Ban("path", r"(?:(?<![\w.~}/-])|(?<=-[IL]))/(?:work|home|root|Users|usr/local|opt)/\w",
        "absolute paths are true on one machine only", scope="text", allowed=SELF),
    Ban("fixme", r"\bFIXME\b", "mend it, or write TODO(perf|port|test|cleanup): ...", scope="text", allowed=SELF),
    Ban("todo", r"\bTODO\b(?!\((?:perf|port|test|cleanup)\):)", "the form is TODO(perf|port|test|cleanup): ...",
        scope="code"),
    Ban("workplace", r"\.\./shared\b", "names a place that users do not have", scope="text", allowed=SELF + (".ci/*",)),
]


def check(tree, layers):
    problems = []
    for f in tree.files.values():
        for ban in BANS:
            if ban.concerns(f):
                text = f.text if ban.scope == "text" or ban.rule == "todo" else f.code
                problems += _found(f, ban.rule, ban.why, (m.start() for m in ban.pattern.finditer(text)))
        if f.is_cpp:
            problems += _found(f, "co-await-lambda", "g++ 12 destroys the captures twice: name the lambda first",
                               capturing_lambdas_in_co_await(f.code))
            if f.library and not f.is_test:
                problems += _found(f, "co-await-condition", "g++ 12 miscompiles it: await before, into a variable",
                                   awaits_in_conditions(f.code))
            if f.library == "seastar" and not f.is_test and layers.layer(f) in layers.no_coroutines:
                problems += _found(f, "coroutine", "layers 0-5 contain no coroutines",
                                   (m.start() for m in _COROUTINE.finditer(f.code)))
        if f.is_cpp or f.path.endswith(".py"):
            problems += [Problem(f.path, n, "line-length", f"{len(line)} columns, {LINE_LENGTH} are enough")
                         for n, line in enumerate(f.lines, 1) if len(line) > LINE_LENGTH]
        if f.path.endswith(".md"):
            folder = os.path.join(tree.root, os.path.dirname(f.path))
            prose = _FENCED.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), f.text)
            problems += [Problem(f.path, f.line_of(m.start()), "link", f"{m[1]} is not there")
                         for m in _LINK.finditer(prose) if not os.path.exists(os.path.join(folder, m[1]))]
    return problems


_LINK = re.compile(r"\]\((?![a-z]+:|#)([^)#\s]+)")
_FENCED = re.compile(r"^```.*?^```$", re.M | re.S)  # where a lambda looks like a link


def _found(f, rule, why, positions):
    lines = dict.fromkeys(f.line_of(p) for p in positions)
    return [Problem(f.path, line, rule, why) for line in lines if not f.allows(rule, line)]


_COROUTINE = re.compile(r"(?<!operator )\bco_(?:await|return|yield)\b")
_CO_AWAIT = re.compile(r"(?<!operator )\bco_await\b")
_BEFORE_LAMBDA = re.compile(r"(?:^|[^\w\])\s]|\b(?:return|co_return|co_yield|co_await|case|else))\s*$")


_CONDITION = re.compile(r"\b(?:if|while|for|switch)\s*\(")


def awaits_in_conditions(code):
    """Positions of conditions with a co_await in them; `code` is without comments and literals."""
    for condition in _CONDITION.finditer(code):
        depth = 1
        for i in range(condition.end(), len(code)):
            depth += (code[i] == "(") - (code[i] == ")")
            if depth == 0:
                if _CO_AWAIT.search(code, condition.end(), i):
                    yield condition.start()
                break


def capturing_lambdas_in_co_await(code):
    """Positions of lambdas with captures inside the operand of a co_await; `code` is without comments and literals."""
    for awaited in _CO_AWAIT.finditer(code):
        depth = 0
        for i in range(awaited.end(), len(code)):
            c = code[i]
            if c in "([{":
                if c == "[" and _captures(code, i):
                    yield i
                depth += 1
            elif c in ")]}":
                depth -= 1
                if depth < 0:
                    break
            elif c in ";," and depth == 0:
                break


def _captures(code, i):
    """Whether the bracket at i opens the capture list of a lambda, and not an empty one."""
    if code[i + 1:i + 2] == "[" or code[i - 1] == "[" or not _BEFORE_LAMBDA.search(code, max(0, i - 80), i):
        return False
    return code[i + 1:code.find("]", i)].strip() != ""

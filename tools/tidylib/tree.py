"""The files of a checkout as the rules see them: text, text without comments and literals, includes, library."""
import fnmatch
import functools
import os
import re
import subprocess

CPP_FOLDERS = ("include", "src", "tests", "examples", "bench")
CPP_SUFFIXES = (".hh", ".h", ".cc")
LEFT_OUT = re.compile(r"(^|/)(\.git|build|build-[^/]*|__pycache__|\.cache)(/|$)")

_TOKENS = re.compile(
    r"""(?P<comment>//[^\n]*|/\*.*?\*/)
      | R"(?P<mark>[^()\\\s"]*)\(.*?\)(?P=mark)"
      | "(?:\\.|[^"\\\n])*"
      | '(?:\\.|[^'\\\n])*'""", re.S | re.X)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', re.M)
_ALLOW = re.compile(r"tidy-allow\((?P<rules>[\w ,-]+)\): *\S")


class Problem:
    """One finding: where, which rule, and what to do about it."""

    def __init__(self, path, line, rule, text):
        self.path, self.line, self.rule, self.text = path, line, rule, text

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


def blank(text, literals=True):
    """The text with comments and raw strings as spaces, and other literals if asked for; lines and columns stay."""
    def spaces(part):
        return re.sub(r"[^\n]", " ", part)

    def replace(match):
        whole = match.group(0)
        if match.group("comment"):
            return spaces(whole)
        return whole[0] + spaces(whole[1:-1]) + whole[-1] if literals or whole[0] == "R" else whole
    return _TOKENS.sub(replace, text)


def matches(path, globs):
    return any(fnmatch.fnmatchcase(path, g) for g in globs)


class File:
    """A text file of the tree; `path` is relative to the root."""

    def __init__(self, path, text):
        self.path, self.text = path, text
        self.name = path.rsplit("/", 1)[-1]
        self.is_cpp = path.startswith(tuple(f + "/" for f in CPP_FOLDERS)) and path.endswith(CPP_SUFFIXES)
        self.is_test = bool(re.search(r"(_(test|bench|fuzz)\.cc|_fixture\.hh)$", path)) or "/testing/" in path
        parts = path.split("/")
        self.library = parts[1] if len(parts) > 2 and parts[0] in ("include", "src") else None
        self.is_public = parts[0] == "include"

    @functools.cached_property
    def code(self):
        return blank(self.text)

    @functools.cached_property
    def includes(self):
        """(line, "<" or '"', name) of each include."""
        text = blank(self.text, literals=False)
        return [(text.count("\n", 0, m.start()) + 1, m[1], m[2]) for m in _INCLUDE.finditer(text)]

    @functools.cached_property
    def lines(self):
        return self.text.split("\n")

    def line_of(self, position):
        return self.text.count("\n", 0, position) + 1

    def allows(self, rule, line):
        """A remark `tidy-allow(RULE): reason` on that line, or alone on the one before it, excuses it."""
        for text in self.lines[max(0, line - 2):line]:
            found = _ALLOW.search(text)
            if found and rule in re.split(r"[ ,]+", found["rules"]):
                return True
        return False


class Tree:
    """All text files below a root, and who includes whom."""

    def __init__(self, root):
        self.root = root
        self.files = {}
        for path in sorted(_paths(root)):
            try:
                with open(os.path.join(root, path), encoding="utf-8") as f:
                    self.files[path] = File(path, f.read())
            except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
                continue  # a picture; deleted, but not in git's index yet; a link to a folder
        self.cpp = [f for f in self.files.values() if f.is_cpp]

    def resolve(self, file, kind, name):
        """The file of this tree that an include means, or None."""
        places = ["include/" + name]
        if kind == '"':
            beside = os.path.normpath(os.path.join(os.path.dirname(file.path), name))
            places = [beside, f"src/{file.library or 'seastar'}/{name}", "src/" + name] + places
        elif name.startswith(("seastar/", "smf/")):
            places = ["include/" + name, "src/" + name]
        return next((self.files[p] for p in places if p in self.files), None)

    def edges(self, file):
        """(line, kind, name, File or None) of each include of a file."""
        return [(line, kind, name, self.resolve(file, kind, name)) for line, kind, name in file.includes]


def _paths(root):
    """What git knows or would add; every file where there is no repository."""
    if os.path.exists(os.path.join(root, ".git")):
        listed = subprocess.run(["git", "-C", root, "ls-files", "-z", "-co", "--exclude-standard"],
                                capture_output=True, text=True, check=True).stdout.split("\0")
        found = [p for p in listed if p]
    else:
        found = [os.path.relpath(os.path.join(folder, name), root)
                 for folder, _, names in os.walk(root) for name in names]
    return {p for p in found if not LEFT_OUT.search(p)}

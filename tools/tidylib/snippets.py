"""Code in the guide is cut from programs that the tests compile and run.

A source marks a region by two lines, `// snippet: NAME` and `// end` (# in CMake's files); in a page the comment
`<!-- snippet: FILE NAME -->` has the region's lines in the fenced block after it, moved to the left.
"""
import re
import textwrap

from .tree import Problem, matches

PAGES = ("docs/guide/*.md",)
SOURCES = ("examples/guide/*",)
_LANGUAGES = {"cc": "cpp", "hh": "cpp", "txt": "cmake"}
_REGION = re.compile(r"^[ \t]*(?://|#) snippet: (\S+)\n((?:(?![ \t]*(?://|#) (?:snippet: |end$)).*\n)*)"
                     r"[ \t]*(?://|#) end$", re.M)
_BLOCK = re.compile(r"^<!-- snippet: (?P<file>\S+) (?P<name>\S+) -->(?:\n(?P<fence>```\w*)\n.*?^```$)?", re.M | re.S)
_CODE = re.compile(r"^```(?:cpp|cmake)$", re.M)


def regions(text):
    """The lines of each region of a source, by its name."""
    return {m[1]: textwrap.dedent(m[2]).strip("\n") + "\n" for m in _REGION.finditer(text)}


def fill(page, tree):
    """(the page with its blocks as they should be, what is wrong with them)"""
    problems = []

    def report(position, text):
        problems.append(Problem(page.path, page.line_of(position), "snippet", text))

    def block(m):
        source = tree.files.get(m["file"])
        region = regions(source.text).get(m["name"]) if source else None
        if region is None:
            report(m.start(), f"{m['file']} has no region {m['name']}")
            return m[0]
        language = _LANGUAGES.get(m["file"].rsplit(".", 1)[-1], "")
        wanted = f"<!-- snippet: {m['file']} {m['name']} -->\n```{language}\n{region}```"
        if wanted != m[0]:
            report(m.start(), f"differs from {m['file']}: tools/snippets.py writes it")
        return wanted

    text = _BLOCK.sub(block, page.text)
    sourced = {m.start("fence") for m in _BLOCK.finditer(page.text)}
    for m in _CODE.finditer(page.text):
        if m.start() not in sourced:
            report(m.start(), "code in the guide is cut from a program that runs: name its region")
    return text, problems


def check(tree):
    problems, used = [], set()
    for f in tree.files.values():
        if matches(f.path, PAGES):
            problems += fill(f, tree)[1]
            used |= {(m["file"], m["name"]) for m in _BLOCK.finditer(f.text)}
    for f in tree.files.values():
        if matches(f.path, SOURCES):
            problems += [Problem(f.path, f.line_of(m.start()), "snippet", f"no page shows the region {m[1]}")
                         for m in _REGION.finditer(f.text) if (f.path, m[1]) not in used]
    return problems

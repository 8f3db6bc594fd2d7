"""Rules about what stands where and who knows whom: layers, cycles, friends, the reactor, basenames."""
import re

from .tree import Problem, matches

GENERATED = re.compile(r"(_generated\.h|\.smf\.fb\.h|\.pb\.h|\.capnp\.h)$")
TEST_LIBRARIES = re.compile(r"^(gtest|gmock)/")


def check(tree, layers):
    problems = []
    for rule in (placed, includes, cycles, friends, reactor, basenames, build_order):
        problems += rule(tree, layers)
    return problems


def placed(tree, layers):
    """Every file of a layered library has a layer, and a header has the one of its source."""
    problems = []
    for f in tree.cpp:
        if f.library not in layers.order:
            continue
        layer, source = layers.layer(f), layers.source_layer(f)
        if layer is None or layers.rank(f.library, layer) is None:
            hint = "name it in tools/layers.txt" if f.is_public else "its folder is no layer of tools/layers.txt"
            problems.append(Problem(f.path, 1, "layer", f"belongs to no layer: {hint}"))
        elif f.is_public and source not in (None, layer):
            problems.append(Problem(f.path, 1, "layer", f"is in layer {layer}, but its source is in {source}"))
    return problems


def includes(tree, layers):
    problems = []
    for f in tree.cpp:
        for line, kind, name, target in tree.edges(f):
            text = _include_problem(layers, f, kind, name, target)
            if text and not f.allows("layer", line):
                problems.append(Problem(f.path, line, "layer", text))
    return problems


def _include_problem(layers, f, kind, name, target):
    if target is None:
        if GENERATED.search(name):
            return None
        if kind == '"' or name.startswith(("seastar/", "smf/")):
            return f"{name} is not in this tree"
        if f.library == "smfc" and not re.fullmatch(r"flatbuffers/[\w/.]+|[a-z_]+", name) \
                and not (f.is_test and TEST_LIBRARIES.match(name)):
            return f"smfc uses flatbuffers and the standard library only, not {name}"
        return None
    if f.is_public and not target.is_public:
        return f"a public header includes the private {target.path}"
    if f.library is None:
        if f.path.startswith("examples/") and target.path.startswith("src/"):
            return f"examples use public headers, not {target.path}"
        return None
    if target.library == f.library:
        return _upward(layers, f, target)
    allowed = layers.may_use.get(f.library, {}).get(target.library)
    if allowed is None:
        return f"{f.library} does not know {target.path}"
    if not target.is_public:
        return f"{f.library} uses public headers of {target.library}, not {target.path}"
    if layers.layer(target) not in allowed:
        return f"{f.library} does not use layer {layers.layer(target)} of {target.library} ({name})"
    return None


def _upward(layers, f, target):
    mine, its = layers.layer(f), layers.layer(target)
    my_rank, its_rank = layers.rank(f.library, mine), layers.rank(f.library, its)
    if mine == its or my_rank is None or its_rank is None or its_rank < my_rank:
        return None  # files without a layer are reported once, by placed()
    return f"layer {mine} includes {target.path} of layer {its}"


def cycles(tree, layers):
    """Components that reach themselves through includes."""
    graph, place = {}, {}
    for f in tree.cpp:
        if f.library is None:
            continue
        node = (f.library, layers.component(f))
        for line, _, _, target in tree.edges(f):
            if target is not None and target.library is not None and not f.allows("cycle", line):
                to = (target.library, layers.component(target))
                if to != node:
                    graph.setdefault(node, {}).setdefault(to, (f.path, line))
    problems = []
    for group in strongly_connected(graph):
        way = _way_round(graph, group)
        path, line = graph[way[0]][way[1]]
        problems.append(Problem(path, line, "cycle", " -> ".join(name for _, name in way)))
    return problems


def strongly_connected(graph):
    """The groups of more than one node that all reach each other (Tarjan, without recursion)."""
    index, low, on_stack, stack, groups = {}, {}, set(), [], []
    for root in sorted(graph):
        if root in index:
            continue
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        work = [(root, iter(sorted(graph[root])))]
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    on_stack.add(target)
                    work.append((target, iter(sorted(graph.get(target, ())))))
                    break
                if target in on_stack:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    group = stack[stack.index(node):]
                    del stack[stack.index(node):]
                    on_stack.difference_update(group)
                    if len(group) > 1:
                        groups.append(sorted(group))
    return groups


def _way_round(graph, group):
    """A shortest cycle through the first node of a strongly connected group."""
    start, came_from, frontier = group[0], {}, [group[0]]
    while start not in came_from:
        reached = []
        for node in frontier:
            for target in sorted(graph.get(node, ())):
                if target in group and target not in came_from:
                    came_from[target] = node
                    reached.append(target)
        frontier = reached
    way = [start]
    while len(way) == 1 or way[-1] != start:
        way.append(came_from[way[-1]])
    return way[::-1]


_FRIEND = re.compile(r"\bfriend\s+(?:class\s+|struct\s+|union\s+)?((?:::)?[A-Za-z_][\w:]*)\s*(?:<[^;{}]*>)?\s*;")
_CLASS = re.compile(r"\b(?:class|struct|union)\s+(?:\[\[[^\]]*\]\]\s*|alignas\([^)]*\)\s*)*"
                    r"(?:\w+::)*(\w+)\s*(?:<[^;{}()]*>)?\s*(?:final\s*)?(?=\{|:[^:])")


def friends(tree, layers):
    """A class may befriend only classes of its own folder: a friend elsewhere is a missing interface."""
    where = {}
    for f in tree.cpp:
        for m in _CLASS.finditer(f.code):
            where.setdefault(m[1], set()).add((f.library, layers.layer(f)))
    problems = []
    for f in tree.cpp:
        for m in _FRIEND.finditer(f.code):
            name, line = m[1].split("::")[-1], f.line_of(m.start())
            homes = where.get(name, set())
            if homes and (f.library, layers.layer(f)) not in homes and not f.allows("friend", line):
                homes = ", ".join(sorted("/".join(filter(None, h)) or "another folder" for h in homes))
                problems.append(Problem(f.path, line, "friend", f"{name} is a class of {homes}"))
    return problems


_ENGINE = re.compile(r"(?<![\w.>])engine\(\)")


def reactor(tree, layers):
    """The reactor is the roof: only app/ and testing/ know it."""
    problems = []
    for f in tree.cpp:
        if f.library is None or layers.layer(f) in ("app", "testing") or matches(f.path, layers.reactor):
            continue
        lines = [line for line, _, name in f.includes if name == "seastar/core/reactor.hh"]
        lines += [f.line_of(m.start()) for m in _ENGINE.finditer(f.code)]
        problems += [Problem(f.path, line, "reactor", "core/reactor.hh and engine() are for app/ and testing/")
                     for line in lines if not f.allows("reactor", line)]
    return problems


def basenames(tree, layers):
    """One name, one file, in each library."""
    seen, problems = {}, []
    for f in tree.cpp:
        if f.library is None:
            continue
        suffix = f.name[f.name.rindex("."):]
        name = layers.component_names.get(f.path, f.name[:-len(suffix)]) + suffix
        first = seen.setdefault((f.library, name), f)
        if first is not f:
            problems.append(Problem(f.path, 1, "basename", f"{name} is the name of {first.path} too"))
    return problems


def build_order(tree, layers):
    """CMake links the layers in the order of layers.txt."""
    path = "src/seastar/CMakeLists.txt"
    found = re.search(r"set\(SEASTAR_LAYER_NAMES ([\w\s]+)\)", tree.files[path].text if path in tree.files else "")
    ranks = [layers.rank("seastar", name) for name in found[1].split()] if found else []
    if None in ranks or ranks != sorted(ranks):
        return [Problem(path, 1, "layer", "SEASTAR_LAYER_NAMES is not in the order of tools/layers.txt")]
    return []

"""tools/layers.txt, parsed: the order of the layers, the layer of each file, budgets and exceptions."""
import os
import re

from .tree import matches


class Layers:
    """`tree` gives the public headers that layers.txt does not name the layer of their source."""

    def __init__(self, text, tree):
        self.order = {}          # library -> [[folder, folder side by side], ...], from the floor up
        self.may_use = {}        # library -> {other library: {layer, ...}}
        self.no_coroutines = set()
        self.reactor = []        # globs
        self.component_names = {}  # path -> name
        self.headers = []        # (layer, [globs below include/])
        self.budgets = []        # (lines, [globs below include/])
        self.layer_budgets = {}  # "library/layer" -> lines
        for number, line in enumerate(text.split("\n"), 1):
            words = line.split("#")[0].split()
            if not words:
                continue
            read = getattr(self, "_" + words[0].replace("-", "_"), None)
            if read is None:
                raise ValueError(f"layers.txt:{number}: unknown word {words[0]!r}")
            read(*words[1:])
        self.sources = {(f.library, self.component(f)): self.layer(f) for f in tree.cpp
                        if f.library in self.order and not f.is_public and f.path.endswith(".cc")}

    def _layers(self, library, *ranks):
        self.order[library] = [r.split("|") for r in ranks]

    def _library(self, name, other=None, *layers):
        self.may_use[name] = {other.rstrip(":"): set(layers)} if other else {}

    def _no_coroutines(self, *layers):
        self.no_coroutines.update(layers)

    def _reactor(self, *globs):
        self.reactor += globs

    def _component(self, name, path):
        self.component_names[path] = name

    def _header(self, layer, *globs):
        self.headers.append((layer, globs))

    def _budget(self, lines, *globs):
        self.budgets.append((int(lines), globs))

    def _layer_budget(self, lines, *layers):
        self.layer_budgets.update((layer, int(lines)) for layer in layers)

    def rank(self, library, layer):
        """How far above the floor; None for a layer that is not listed."""
        for rank, folders in enumerate(self.order.get(library, [])):
            if layer in folders:
                return rank
        return None

    def layer(self, file):
        """The layer of a file of a layered library: its folder; for a public header what layers.txt says, else the
        folder of its source; None when nothing tells."""
        if file.library not in self.order:
            return None
        if not file.is_public:
            parts = file.path.split("/")
            return parts[2] if len(parts) > 3 else None
        below = file.path[len("include/"):]
        for layer, globs in self.headers:
            if matches(below, globs) and self.rank(file.library, layer) is not None:
                return layer
        return self.source_layer(file)

    def source_layer(self, file):
        """The folder of the source that shares a file's component."""
        return self.sources.get((file.library, self.component(file)))

    def component(self, file):
        """A header and the source of its stem are one component; so is `x-impl.hh` or `x_impl.hh`: the bodies of
        `x.hh`, or the private half of a class that holds a pointer to it."""
        named = self.component_names.get(file.path)
        return named or re.sub(r"[-_]impl$", "", os.path.splitext(file.name)[0])

    def budget(self, file):
        below = file.path[len("include/"):]
        for lines, globs in self.budgets:
            if matches(below, globs):
                return lines
        return self.layer_budgets.get(f"{file.library}/{self.layer(file)}")

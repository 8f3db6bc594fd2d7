"""How heavy each public header is: the lines a compiler reads for it, against the budget of its class."""
import concurrent.futures
import hashlib
import json
import os
import shutil
import subprocess

from .tree import Problem

COMPILER = "clang++-19"
FLAGS = ["-std=c++20", "-x", "c++", "-E", "-P", "-Iinclude"]


def check(tree, layers, show_all=False):
    """(problems, lines of the table)"""
    headers = [f for f in tree.cpp if f.is_public]
    if headers and not shutil.which(COMPILER):
        return [Problem("include", 1, "weight", f"{COMPILER} is not installed, so no header can be weighed")], []
    problems, rows = [], []
    for f, (lines, error) in zip(headers, _weigh(tree, headers)):
        budget = layers.budget(f)
        if error:
            problems.append(Problem(f.path, 1, "weight", "does not preprocess: " + error))
        elif budget is None:
            problems.append(Problem(f.path, 1, "weight", "has no budget: name its class in tools/layers.txt"))
        else:
            rows.append((lines / budget, lines, budget, f.path))
            if lines > budget and not f.allows("weight", 1):
                problems.append(Problem(f.path, 1, "weight", f"{lines} lines when preprocessed, budget {budget}"))
    rows.sort(reverse=True)
    shown = rows if show_all else rows[:15]
    table = [f"{lines:7} of {budget:6} {share:4.0%}  {path}" for share, lines, budget, path in shown]
    if len(shown) < len(rows):
        table.append(f"and {len(rows) - len(shown)} more (--all shows them)")
    return problems, table


def _weigh(tree, headers):
    """(lines, error) of each header; measured in parallel, remembered by the content of all that it includes here."""
    cache_path = os.path.join(tree.root, "build", "tidy", "weights.json")
    try:
        with open(cache_path, encoding="utf-8") as f:
            cache = json.load(f)
    except (OSError, ValueError):
        cache = {}
    version = subprocess.run([COMPILER, "--version"], capture_output=True, text=True, check=True).stdout
    keys = [_key(tree, f, version) for f in headers]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        results = list(pool.map(lambda f, key: cache.get(key) or _measure(tree.root, f.path), headers, keys))
    os.makedirs(os.path.dirname(cache_path), exist_ok=True)
    with open(cache_path + ".new", "w", encoding="utf-8") as f:
        json.dump({key: result for key, result in zip(keys, results) if not result[1]}, f)
    os.replace(cache_path + ".new", cache_path)
    return results


def _measure(root, path):
    done = subprocess.run([COMPILER, *FLAGS, path], cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        return [0, next((line for line in done.stderr.split("\n") if "error:" in line), done.stderr[:200])]
    return [done.stdout.count("\n"), ""]


def _key(tree, header, version):
    seen, todo = {}, [header]
    while todo:
        f = todo.pop()
        if f.path not in seen:
            seen[f.path] = f.text
            todo += [target for _, _, _, target in tree.edges(f) if target is not None]
    parts = [version, header.path] + [p + "\n" + seen[p] for p in sorted(seen)]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()

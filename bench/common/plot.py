"""A bar chart on a logarithmic scale as SVG, readable on light and dark pages."""
import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 960, 440
LEFT, RIGHT, TOP, BOTTOM = 80, 16, 96, 56  # round the area of the bars
COLOURS = ("#9aa1ab", "#626b78", "#1f6feb", "#6cb0ff", "#e0842a", "#3a9d6a", "#d0453e", "#8e63c9")
STYLE = """
 text { font: 12px system-ui, "Segoe UI", Helvetica, Arial, sans-serif; fill: #1f2328; }
 .title { font-size: 16px; font-weight: 600; }
 .value { font-size: 10px; }
 .page { fill: #ffffff; stroke: #d0d7de; }
 .grid { stroke: #d0d7de; }
 .axis { stroke: #59636e; }
 @media (prefers-color-scheme: dark) {
  text { fill: #e6edf3; }
  .page { fill: #0d1117; stroke: #3d444d; }
  .grid { stroke: #30363d; }
  .axis { stroke: #9198a1; }
 }
"""


def short(value):
    """Two digits at least: 1.2M, 456k, 78k, 9.0k."""
    for unit, factor in (("M", 1e6), ("k", 1e3)):
        if value >= factor * 0.9995:
            return f"{value / factor:.{1 if value < 9.95 * factor else 0}f}{unit}"
    return f"{value:.0f}"


def text(x, y, content, more="", upwards=False):
    place = f'transform="translate({x:.1f} {y:.1f}) rotate(-90)"' if upwards else f'x="{x:.1f}" y="{y:.1f}"'
    return f"<text {place} {more}>{escape(content)}</text>"


def bars(title, value_is, group_is, groups):
    """`groups`: by label, values by series; a series, of eight at most, has the colour of its place.
    `value_is`, `group_is`: what the axes show."""
    series = list(dict.fromkeys(name for values in groups.values() for name in values))
    everything = [value for values in groups.values() for value in values.values()]
    low, high = math.floor(math.log10(min(everything) / 1.5)), math.ceil(math.log10(max(everything) * 1.5))
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT

    def y_of(value):
        return bottom - (math.log10(value) - low) / (high - low) * (bottom - TOP)

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
           f"<title>{escape(title)}</title>", f"<style>{STYLE}</style>",
           f'<rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="6"/>',
           text(20, 32, title, 'class="title"')]
    x = 20
    for name, colour in zip(series, COLOURS):
        out += [f'<rect x="{x}" y="50" width="12" height="12" rx="2" fill="{colour}"/>', text(x + 18, 60.5, name)]
        x += 34 + 7 * len(name)
    for exponent in range(low, high + 1):
        y = y_of(10 ** exponent)
        out += [f'<path class="grid" d="M{LEFT} {y:.1f}H{right}"/>',
                text(LEFT - 8, y + 4, short(10 ** exponent).replace(".0", ""), 'text-anchor="end"')]
    pitch = (right - LEFT) / len(groups)
    width = 0.86 * pitch / len(series)
    for number, (label, values) in enumerate(groups.items()):
        start = LEFT + (number + 0.07) * pitch
        for name, value in values.items():
            x, y = start + width * series.index(name), y_of(value)
            out += [f'<rect x="{x:.1f}" y="{y:.1f}" width="{width - 1.5:.1f}" height="{bottom - y:.1f}" '
                    f'fill="{COLOURS[series.index(name)]}"><title>{escape(name)}: {value:,.0f}</title></rect>',
                    text(x + width / 2 + 2.5, y - 4, short(value), 'class="value"', upwards=True)]
        out.append(text(LEFT + (number + 0.5) * pitch, bottom + 20, label, 'text-anchor="middle"'))
    out += [f'<path class="axis" d="M{LEFT} {bottom}H{right}"/>',
            text((LEFT + right) / 2, bottom + 42, group_is, 'text-anchor="middle"'),
            text(24, (TOP + bottom) / 2, f"{value_is} (logarithmic)", 'text-anchor="middle"', upwards=True)]
    return "\n".join(out) + "\n</svg>\n"

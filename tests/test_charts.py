"""Charts: the same call gives the same bytes, a text alternative is required, and what is plotted can be compared."""

import matplotlib
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties

from rapport import charts


def example(value=3.4):
    fig, ax = charts.figure("A remedy that misses the loss does little", "Points of 100. Simulated")
    charts.dots(ax, ["none", "matched"], [-8.2, value], [-9.0, 2.5], [-7.4, 4.3], colours=["quiet", "accent"])
    charts.reference(ax, 0, "where they started")
    return fig


def shown(monkeypatch, fig, alt):
    calls = []
    monkeypatch.setattr("IPython.display.display", lambda data, **kwargs: calls.append((data, kwargs)))
    charts.show(fig, alt=alt)
    return calls[0]


ALT = "Mean change in satisfaction: none −8.2, matched 3.4 points."


def test_the_same_chart_gives_the_same_bytes():
    assert charts.png(example()) == charts.png(example())


def test_a_readers_own_matplotlib_settings_change_nothing():
    plain = charts.png(example())
    with matplotlib.rc_context({"font.size": 22, "axes.facecolor": "pink", "savefig.facecolor": "pink", "axes.grid": True}):
        assert charts.png(example()) == plain


def test_a_chart_is_shown_with_its_text_alternative_size_and_data(monkeypatch):
    data, kwargs = shown(monkeypatch, example(), ALT)
    about = kwargs["metadata"]["image/png"]
    assert about["alt"] == ALT and (about["width"], about["height"]) == (648, 396)
    assert data["text/plain"] == f"[Chart] {ALT}"
    assert data["image/png"].startswith(b"\x89PNG")
    assert kwargs["metadata"]["rapport"]["plotted"] == charts.plotted(example())


def test_a_chart_without_a_text_alternative_is_refused():
    with pytest.raises(ValueError, match="too short: say in a sentence"):
        charts.show(example(), alt="a chart")


def test_an_altered_number_changes_what_is_plotted():
    assert charts.plotted(example()) == charts.plotted(example())
    assert charts.plotted(example(3.5)) != charts.plotted(example())


def test_what_is_plotted_holds_points_intervals_rows_and_words():
    (axes,) = charts.plotted(example())
    assert axes["rows"] == ["none", "matched"]
    assert {"−8.2", "3.4", "where they started"} <= set(axes["words"])
    assert [[-8.2, 0.0], [3.4, 1.0]] in axes["points"]
    assert [[[-9.0, 0.0], [-7.4, 0.0]], [[2.5, 1.0], [4.3, 1.0]]] in axes["points"]


def test_a_line_carries_its_name_at_its_end_and_needs_no_legend():
    fig, ax = charts.figure("Updates help", "Simulated")
    charts.line(ax, [0, 1, 2], [1, 5, 6], [0, 4, 5], [2, 6, 7], label="one stream")
    assert ax.get_legend() is None
    assert [text.xy for text in ax.texts if text.get_text() == "one stream"] == [(2, 6)]


def test_an_unknown_colour_is_told_with_the_known_ones():
    with pytest.raises(ValueError, match="no colour is called 'red'; the course uses ink, muted"):
        charts.colour("red")


def luminance(hex_value):
    channels = [int(hex_value[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    light, dark = sorted((luminance(charts.colour(one)), luminance(charts.colour(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["ink", "muted", "accent", "contrast", "third"])
def test_colours_of_words_can_be_read_on_the_surface(name):
    assert contrast(name, "surface") >= 4.5


@pytest.mark.parametrize("name", ["accent", "contrast", "third", "quiet"])
def test_marks_stand_out_from_the_surface(name):
    assert contrast(name, "surface") >= 3


def test_what_is_compared_can_be_told_apart_in_grey():
    assert contrast("accent", "contrast") >= 1.3
    assert contrast("contrast", "quiet") >= 1.3


def test_words_in_the_pale_colour_are_written_in_the_readable_one():
    _, ax = charts.figure("A title", "Simulated")
    charts.write(ax, 0, 0, "pale", colour_name="quiet")
    assert ax.texts[0].get_color() == charts.COLOURS["muted"]


@pytest.mark.parametrize("title", ["One line", "A title so long that it cannot stand on a single line of a chart of the usual width, whatever one does"])
def test_the_title_never_runs_into_the_plot_or_over_the_edge(title):
    fig, ax = charts.figure(title, "A subtitle that says what is measured, in which unit, with what interval, and where the data come from. Simulated")
    charts.dots(ax, ["a"], [1.0])
    fig.canvas.draw()
    boxes = [text.get_window_extent() for text in fig.texts]
    assert min(box.y0 for box in boxes) >= ax.get_window_extent().y1
    assert max(box.x1 for box in boxes) <= fig.bbox.x1


def test_a_line_is_as_wide_as_its_words_and_spaces():
    """What the division of a title into lines relies on: nothing moves across a space, in any of the three scripts."""
    latin, gujarati = "".join(map(chr, range(33, 127))) + "āčēģīķļņšūžĀČĒĢĪĶĻŅŠŪŽ–—−“”‘’…%€×→", "".join(map(chr, range(0x0A85, 0x0AB9))) + "૦૧૨૩૪૫૬૭૮૯"
    words = [*latin, *(letter for letter in gujarati if letter.isalnum()), "કારણ", "ક્ષમા", "સ્પષ્ટ", "નહીં", "પૂર્વ"]
    renderer = FigureCanvasAgg(Figure()).get_renderer()
    for weight in ("normal", "bold"):
        font = FontProperties(family=charts.STYLE["font.family"], size=13, weight=weight)

        def wide(text, font=font):
            return renderer.get_text_width_height_descent(text, font, ismath=False)[0]

        for word in words:
            assert wide(f"{word} a {word}") == 2 * wide(word) + 2 * wide(" ") + wide("a"), word


# ---- Gujarati ---------------------------------------------------------------------------------------------------


def _width(text):
    canvas = FigureCanvasAgg(Figure())
    with matplotlib.rc_context():
        return canvas.get_renderer().get_text_width_height_descent(text, FontProperties(family=charts.STYLE["font.family"], size=20), ismath=False)[0]


@pytest.mark.parametrize("letters", [("ક", "ષ"), ("સ", "પ"), ("જ", "ઞ"), ("ત", "ર")])
def test_a_gujarati_conjunct_is_one_shape_and_no_row_of_letters(letters):
    joined, apart = "\u0acd".join(letters), "\u0acd\u200c".join(letters)
    assert _width(joined) < _width(apart) * 0.97


def test_a_chart_in_gujarati_lacks_no_glyph(recwarn):
    fig, ax = charts.figure("સ્પષ્ટ કારણ, ક્ષમા અને ઝડપી ઉકેલ", "ન્યાયની લાગણી, 0 થી 100. સિમ્યુલેટેડ")
    charts.dots(ax, ["ક્ષમા", "સ્પષ્ટ"], [1, 2])
    assert charts.png(fig)
    assert not [str(warning.message) for warning in recwarn if "Glyph" in str(warning.message) or "findfont" in str(warning.message)]

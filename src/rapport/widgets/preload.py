"""What the notebooks of a course import of this package, and what takes time to begin with, imported before a kernel is forked (`kernels.PRELOAD`).
Nothing of a course is read here, so a kernel forked from it knows of none."""

import gc

import babel.messages.jslexer
import babel.messages.pofile
import babel.numbers
import pybtex.database.input.bibtex
import pybtex.richtext

import rapport.exercises.session
import rapport.i18n.catalogue
import rapport.playbooks.show
import rapport.simulation.aurora.engine
import rapport.simulation.engine
import rapport.simulation.presets
import rapport.widgets  # noqa: F401
from rapport import charts
from rapport.i18n import LANGUAGES, collation
from rapport.kernels.alone import single
from rapport.playbooks.bibliography import setters

collation.default()
setters()
pybtex.richtext.Text.from_latex("")  # which imports a codec
for lang in LANGUAGES:
    babel.numbers.get_decimal_symbol(lang)  # its data, which every number written out asks for
charts.png(charts.figure("Title", "Subtitle")[0])  # its settings and what finds its fonts and packs it; the fonts themselves are loaded anew after a fork

single(__name__)
gc.freeze()  # a kernel neither looks through all this when it tidies up, nor copies the memory that it lies in

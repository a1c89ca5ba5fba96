"""What a kernel needs imported before it is forked: the scientific stack and Jupyter's kernel, without a thread among them.
Imported once, by the fork server that `kernels` starts, before whatever else `kernels.PRELOAD` names."""

from __future__ import annotations

import builtins
from types import SimpleNamespace

from rapport.kernels.alone import single, without_engines

with without_engines():
    # pandas asks while it is imported whether a kernel runs it, and shows wide tables accordingly.
    builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]

    # Of these, what a kernel would import while it starts, or a library when it is first used.
    import ipykernel.debugger  # noqa: F401
    import ipykernel.kernelapp  # noqa: F401
    import IPython.core.completerlib
    import IPython.core.debugger
    import IPython.core.oinspect
    import IPython.extensions.storemagic  # noqa: F401
    import ipywidgets  # noqa: F401
    import matplotlib.backends.backend_agg
    import matplotlib.figure  # noqa: F401
    import matplotlib_inline.backend_inline  # noqa: F401
    import narwhals  # noqa: F401
    import numpy  # noqa: F401
    import pandas  # noqa: F401
    import scipy.stats  # noqa: F401
    import tornado.platform.asyncio  # noqa: F401

    matplotlib.rcdefaults()  # it has looked for settings in the folder that the build was called in
    del builtins.get_ipython  # type: ignore[attr-defined]

single(__name__)

"""Keys for widgets inside JupyterLab, whose command mode would take arrows and letters away from a focused control.
A guard stops plain keys at the widget; combinations with Ctrl, Alt, Shift or Meta, Escape and Tab go through."""

from __future__ import annotations

import anywidget

OWN_KEYS = """
function ownKeys(event) {
  const through = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.key === "Escape" || event.key === "Tab";
  if (!through) event.stopPropagation();
}
"""


class KeyGuard(anywidget.AnyWidget):
    """An empty widget that keeps plain keys inside the box it is put in; for boxes made of ipywidgets."""

    _esm = (
        OWN_KEYS
        + """
function render({ el }) {
  el.hidden = true;
  let guarded = null;
  const guard = () => {
    guarded = el.parentElement && el.parentElement.closest(".widget-vbox");
    if (guarded) guarded.addEventListener("keydown", ownKeys);
  };
  const waiting = setInterval(() => { if (el.isConnected) { clearInterval(waiting); guard(); } }, 50);
  return () => { clearInterval(waiting); if (guarded) guarded.removeEventListener("keydown", ownKeys); };
}
export default { render };
"""
    )

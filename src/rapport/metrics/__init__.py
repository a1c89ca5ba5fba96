"""What an analyst computes from tables, written once over pandas, Polars, DuckDB and Spark frames with the documented columns.
Every figure comes as a result that knows its numerator, denominator, n, interval and definition. Nothing here knows how the tables came about."""

from importlib import import_module
from typing import Any

# Loaded on first use, so that importing the package stays light.
_HOMES = {
    "bgnbd": ("BGNBD", "fit_bgnbd"),
    "own_data": ("Column", "Fault", "Report", "columns", "rename", "validate"),
    "effects": (
        "cohen_kappa", "common_language_effect", "common_language_effect_normal", "difference_in_differences", "pre_trend", "regression_effect",
    ),
    "intervals": ("Interval", "mean_interval", "proportion_interval"),
    "likelihood": ("Fit",),
    "orders": ("cohort_table", "orders_per_period", "purchase_summary", "rfm"),
    "pareto": ("ParetoNBD", "fit_pareto_nbd"),
    "result": ("InvalidComparison", "Metric", "MetricError", "Metrics"),
    "rates": (
        "complaint_rate", "contact_fatigue", "escalation_rate", "first_contact_resolution", "funnel", "kept_promise_ratio",
        "recovery_rate", "referral_rate", "reopen_rate",
    ),
    "retention": ("churn_rate", "repeat_purchase_rate", "retention_rate"),
    "survival": ("LogRank", "SurvivalCurve", "kaplan_meier", "log_rank"),
    "surveys": ("csat", "customer_effort", "nonresponse_weighted", "nps", "response_rate"),
    "styles": ("response_style", "vignette_comparison", "vignette_scale"),
    "targeting": ("GainCurve", "brier_score", "calibration_table", "qini_curve", "uplift_curve"),
    "value": ("GammaGamma", "ShiftedBetaGeometric", "discounted_clv", "fit_gamma_gamma", "fit_sbg", "noncontractual_clv"),
    "worktime": ("answered_within", "working_minutes", "working_wait"),
}  # fmt: skip
_HOME = {name: home for home, names in _HOMES.items() for name in names}
__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})

"""A district at first sight: which wards differ from it, and how the months go.

    marimo edit notebooks/district.py

It reads the published warehouse of WARD_WAREHOUSE_HOME, and changes nothing in it.
"""

import marimo

__generated_with = "0.25.2"
app = marimo.App(width="medium", app_title="District at first sight")


@app.cell
def _():
    import os
    from pathlib import Path

    import altair as alt
    import duckdb
    import marimo as mo

    return Path, alt, duckdb, mo, os


@app.cell
def _(Path, duckdb, mo, os):
    project = Path(__file__).resolve().parents[1]
    published = Path(os.environ.get("WARD_WAREHOUSE_HOME", project / ".local")) / "warehouse" / "district.duckdb"
    mo.stop(not published.is_file(), mo.md(f"**{published} is not there**: `make demo` or a night publishes it."))

    def ask(statement, **values):
        """The answer as a data frame; the file is held only while it answers, so that a night can replace it."""
        with duckdb.connect(str(published), read_only=True) as db:
            return db.execute(statement, values).df()

    return (ask,)


@app.cell
def _(ask, mo):
    choices = ask(
        """
        select
            district_code,
            indicator_code,
            any_value(name_vi || ' / ' || name_en) as label,
            strftime(max(period_start), '%Y-%m-%d') as newest
        from analyst.indicators_interval
        where period_grain = 'month' and is_complete
        group by all
        order by all
        """
    )
    mo.stop(choices.empty, mo.md("**No district has a complete month with a share yet.**"))
    labels = dict(zip(choices["indicator_code"], choices["label"], strict=True))
    districts = mo.ui.dropdown(
        sorted(choices["district_code"].unique()), value=choices["district_code"][0], label="Quận"
    )
    indicators = mo.ui.dropdown(
        dict(sorted((label, code) for code, label in labels.items())),
        value=labels.get("on_time_of_resolved", min(labels.values())),
        label="Chỉ số / Indicator",
    )
    mo.hstack([districts, indicators], justify="start")
    return choices, districts, indicators


@app.cell
def _(ask, choices, districts, indicators, mo):
    chosen = choices.query("district_code == @districts.value and indicator_code == @indicators.value")
    mo.stop(chosen.empty, mo.md(f"**{districts.value} has no complete month of {indicators.value}.**"))
    wards = ask(
        """
        select unit_name_vi, numerator, denominator, value, value_low, value_high, district_value, differs_from_district
        from analyst.indicators_interval
        where
            district_code = $district
            and indicator_code = $indicator
            and unit_kind <> 'district'
            and period_grain = 'month'
            and period_start = cast($month as date)
        order by value, unit_name_vi
        """,
        district=districts.value,
        indicator=indicators.value,
        month=chosen["newest"].max(),
    )
    months = ask(
        """
        select period_start, period_label_vi, value, value_low, value_high
        from analyst.indicators_interval
        where
            unit_key = $district
            and indicator_code = $indicator
            and period_grain = 'month'
            and is_complete
        order by period_start
        """,
        district=districts.value,
        indicator=indicators.value,
    )
    return months, wards


@app.cell
def _(mo, wards):
    different = wards[wards["differs_from_district"] == True]  # noqa: E712 - unknown is neither
    mo.md(
        f"**{len(different)} of {len(wards)} wards differ from the district's line**, the others may by chance: "
        + (", ".join(different["unit_name_vi"]) or "none")
    )
    return (different,)


@app.cell
def _(alt, wards):
    of_wards = alt.Chart(wards).encode(y=alt.Y("unit_name_vi:N", sort=None, title=None))
    line = alt.Chart(wards.head(1)).mark_rule(strokeDash=[4, 4]).encode(x="district_value:Q")
    ward_chart = (
        of_wards.mark_rule().encode(
            x=alt.X("value_low:Q", title="95 %", axis=alt.Axis(format=".1%"), scale=alt.Scale(zero=False)),
            x2="value_high:Q",
        )
        + of_wards.mark_point(filled=True, size=60).encode(
            x="value:Q",
            color=alt.Color("differs_from_district:N", title="differs", scale=alt.Scale(range=["#0072b2", "#d55e00"])),
            shape="differs_from_district:N",
            tooltip=["unit_name_vi", "numerator", "denominator", alt.Tooltip("value:Q", format=".1%")],
        )
        + line
    )
    ward_chart
    return (ward_chart,)


@app.cell
def _(alt, months):
    of_months = alt.Chart(months).encode(x=alt.X("period_start:T", title=None))
    month_chart = of_months.mark_area(opacity=0.3).encode(
        y=alt.Y("value_low:Q", title=None, axis=alt.Axis(format=".1%"), scale=alt.Scale(zero=False)), y2="value_high:Q"
    ) + of_months.mark_line(point=True).encode(
        y="value:Q", tooltip=["period_label_vi", alt.Tooltip("value:Q", format=".1%")]
    )
    month_chart
    return (month_chart,)


if __name__ == "__main__":
    app.run()

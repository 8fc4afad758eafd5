"""Prints medians, ratios and aims."""

from statistics import median

LINE = "{:34} {:>8} {:>11} {:>11} {:>7}  {:18} {}"


def number(value):
    """A number with three digits that matter."""
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{unit}" if value < 1e3 * size else f"{value / size:.0f}{unit}"
    return f"{value:.3g}"


def aim_text(figure, value, ratio):
    """The aim and whether it is met; empty without one."""
    if figure.aim is None:
        return ""
    sign = "≥" if figure.more_is_better else "≤"
    measured = value if figure.absolute else ratio
    aim = f"{sign} {figure.aim:g}" + (f" {figure.unit}" if figure.absolute else "×")
    if measured is None:
        return aim
    met = measured >= figure.aim if figure.more_is_better else measured <= figure.aim
    return f"{aim} {'met' if met else 'MISSED'}"


def print_table(workloads, results):
    """One line for each figure; `results` has the runs of both programs by workload."""
    print()
    print(LINE.format("", "", "ours", "yardstick", "ratio", "aim", "yardstick is"))
    for workload in workloads:
        ours, yardstick = results[id(workload)]
        for figure in workload.figures:
            own = [run[figure.key] for run in ours if figure.key in run]
            other = [run[figure.key] for run in yardstick if figure.key in run]
            if not own:
                print(LINE.format(figure.name, figure.unit, "failed", "", "", "", ""))
                continue
            value = median(own)
            ratio = value / median(other) if other else None
            print(LINE.format(
                figure.name, figure.unit, number(value), number(median(other)) if other else "–",
                f"{ratio:.2f}" if ratio is not None else "–", aim_text(figure, value, ratio),
                workload.yardstick_name if other else "").rstrip())

"""Grain plots and cooperatives (agriculture)."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd
from stdnum.cn import uscc

from pipelines.demo.datasets import Rows
from pipelines.demo.world import YEAR, World, dates

PLOTS = 13
"""Sample plots per village: the ledger holds the measured ones, not every strip of land."""

_CROPS = ("早稻", "中稻", "晚稻", "小麦", "玉米", "大豆", "甘薯")
_YIELDS = np.array([398.0, 561.0, 427.0, 372.0, 436.0, 152.0, 1310.0])
_HARVEST = np.array([193, 262, 301, 158, 265, 272, 292])
_BUSINESS = ("水稻种植", "蔬菜种植", "茶叶种植", "生猪养殖", "水产养殖", "农机服务")
_STATES = ("正常运行", "停业", "空壳", "注销")
_ORGANISATION = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def grain_plots(world: World) -> Rows:
    """The year's measured plots; one season each. Of the year before the same plots, as they were measured then."""
    rng = world.rng("grain_plots")
    picks = np.repeat(np.arange(len(world.villages)), PLOTS)
    count = len(picks)
    plot = np.round(rng.gamma(3.0, 1.6, count) * (1 + world.mean("farmland")[picks] / 6) + 0.3, 2)
    area = np.round(plot * rng.uniform(0.72, 0.99, count), 2)
    crop = rng.choice(len(_CROPS), count, p=[0.1, 0.3, 0.1, 0.18, 0.2, 0.07, 0.05])
    yields = np.round(_YIELDS[crop] * rng.normal(1.0, 0.09, count).clip(0.7, 1.3), 1)
    harvest = np.datetime64(f"{YEAR}-01-01") + (_HARVEST[crop] + rng.integers(-9, 10, count)).astype(
        "timedelta64[D]"
    )
    serial = np.tile(np.arange(1, PLOTS + 1), len(world.villages))
    codes = world.villages["code"].to_numpy()[picks]
    table = world.places(picks).assign(
        plot_number=[f"{code}{n:05d}" for code, n in zip(codes, serial, strict=True)],
        farmer=world.people.names(count),
        crop=np.array(_CROPS, dtype=object)[crop],
        plot_area_mu=plot,
        area_mu=area,
        yield_kg_per_mu=yields,
        output_kg=np.round(area * yields, 1),
        **_machines(world, rng, area, picks),
        is_high_standard=rng.random(count) < 0.56,
        harvested_on=dates(harvest),
    )
    return lambda period: table.copy() if period[:4] == str(YEAR) else _the_year_before(world, table)


def _the_year_before(world: World, table: pd.DataFrame) -> pd.DataFrame:
    """Three plots in four bore the same crop on the same strip; the harvest is never the same."""
    rng = world.rng("grain_plots", "before")
    measured = np.round(table["area_mu"] * rng.uniform(0.9, 1.0, len(table)), 2)
    area = np.where(rng.random(len(table)) < 0.75, table["area_mu"], measured)
    yields = np.round(table["yield_kg_per_mu"] * rng.normal(0.98, 0.07, len(table)).clip(0.8, 1.2), 1)
    machines = {
        name: np.where(table[name] > 0, area, 0.0)
        for name in ("machine_ploughed_mu", "machine_sown_mu", "machine_harvested_mu")
    }
    days = [day - dt.timedelta(days=365) for day in table["harvested_on"]]
    return table.assign(
        area_mu=area,
        yield_kg_per_mu=yields,
        output_kg=np.round(area * yields, 1),
        harvested_on=days,
        **machines,
    )


def cooperatives(world: World) -> Rows:
    """Cooperatives registered by the end of a quarter; now and then one stops working."""
    table, registered, stops = _cooperatives(world)

    def rows(month: str) -> pd.DataFrame:
        here = np.flatnonzero(registered <= month)
        part = table.iloc[here].reset_index(drop=True)
        stopped = stops[here] <= month
        return part.assign(operating_status=part["operating_status"].astype(object).mask(stopped, "停业"))

    return rows


def _machines(
    world: World, rng: np.random.Generator, area: npt.NDArray[np.float64], picks: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[np.float64]]:
    """Worked by machine: the whole plot or nothing; hill counties less."""
    hilly = world.mean("farmland")[picks] < 3.7
    shares = {"machine_ploughed_mu": 0.93, "machine_sown_mu": 0.66, "machine_harvested_mu": 0.82}
    return {
        name: np.where(rng.random(len(area)) < share - 0.2 * hilly, area, 0.0)
        for name, share in shares.items()
    }


def _cooperatives(
    world: World,
) -> tuple[pd.DataFrame, npt.NDArray[np.str_], npt.NDArray[np.str_]]:
    rng = world.rng("cooperatives")
    picks = np.flatnonzero(rng.random(len(world.villages)) < 0.75)
    count = len(picks)
    places = world.places(picks)
    day = np.datetime64(dt.date(2009, 5, 1)) + rng.integers(0, 6000, count).astype("timedelta64[D]")
    state = rng.choice(4, count, p=[0.84, 0.07, 0.06, 0.03])
    business = np.array(_BUSINESS, dtype=object)[rng.integers(0, len(_BUSINESS), count)]
    report = np.where(state == 0, rng.choice(["已年报", "逾期年报"], count, p=[0.95, 0.05]), "未年报")
    table = places.assign(
        credit_code=[
            _credit_code(county, n) for county, n in zip(places["county"], picks.tolist(), strict=True)
        ],
        cooperative_name=[
            f"{county}{village[:-1]}{what}专业合作社"
            for county, village, what in zip(
                places["county_name"], places["village_name"], business, strict=True
            )
        ],
        legal_representative=world.people.names(count),
        phone=world.people.phones(count),
        registered_on=dates(day),
        members=rng.integers(6, 140, count),
        capital_yuan=rng.integers(31, 799, count) * 1000.0,
        business=business,
        annual_report_year=YEAR - 1,
        annual_report_status=report,
        operating_status=np.array(_STATES, dtype=object)[state],
        demonstration_level=np.array(["非示范社", "县级", "市级", "省级"], dtype=object)[
            rng.choice(4, count, p=[0.8, 0.12, 0.06, 0.02])
        ],
    )
    stops = np.where((state == 0) & (rng.random(count) < 0.03), f"{YEAR}-09", "9999-12")
    return table, np.datetime_as_string(day, unit="M"), stops


def _credit_code(county: str, serial: int) -> str:
    """A valid unified social credit code (GB 32100) of category 93 whose organisation code passes GB 11714."""
    body = f"MA{serial:06d}"
    total = sum(_ORGANISATION.index(letter) * weight for letter, weight in zip(body, _WEIGHTS, strict=True))
    check = "0123456789X"[-total % 11]
    stem = f"93{county}{body}{check}"
    return stem + str(uscc.calc_check_digit(stem))

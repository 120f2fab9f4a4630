"""Reads the tables of a small sweep as a user would, and compares the types of their columns with schema.json.

Then runs every block of Python on docs/results.md. Arguments: folders of results.
"""

import json
import re
import sys
import warnings
from pathlib import Path

import matplotlib
import pandas
import polars

# A reader that warns has stumbled.
warnings.simplefilter("error")
matplotlib.use("Agg")

ROWS_LOOKED_AT = 100  # by polars, unless it is told to look at more
PANDAS = {"integer": "Int64", "float": "float64", "boolean": "boolean", "text": "string"}
POLARS = {"integer": polars.Int64, "float": polars.Float64, "boolean": polars.Boolean, "text": polars.String}


def kind_in_pandas(column):
    """The kind that pandas found. It has no whole numbers and no booleans beside blanks: it makes floats and objects of them."""
    if pandas.api.types.is_bool_dtype(column):
        return "boolean"
    if pandas.api.types.is_integer_dtype(column):
        return "integer"
    if pandas.api.types.is_float_dtype(column):
        return "float"
    is_boolean = {type(value) for value in column.dropna()} == {bool}
    return "boolean" if is_boolean else "text"


def check(path, columns):
    """Compares a table with its schema: {column: {"type": ...}}."""
    kinds = {name: column["type"] for name, column in columns.items()}
    frame, table = pandas.read_csv(path), polars.read_csv(path)
    assert list(frame.columns) == table.columns == list(kinds), f"{path}: {set(frame.columns) ^ set(kinds)}"
    for name, kind in kinds.items():
        place = f"{path}: {name}"
        column = frame[name]
        if column.notna().any():
            found = kind_in_pandas(column)
            has_blanks = kind == "integer" and found == "float" and column.isna().any()
            assert found == kind or (has_blanks and (column.dropna() % 1 == 0).all()), f"{place}: {found} in pandas"
        if table[name][:ROWS_LOOKED_AT].is_not_null().any():
            assert table.schema[name] == POLARS[kind], f"{place}: {table.schema[name]} in polars"
    # With the types of the schema every column has its own, whatever is blank.
    frame = pandas.read_csv(path, dtype={name: PANDAS[kind] for name, kind in kinds.items()})
    table = polars.read_csv(path, schema_overrides={name: POLARS[kind] for name, kind in kinds.items()})
    for name, kind in kinds.items():
        assert frame[name].dtype == PANDAS[kind], f"{path}: {name}: {frame[name].dtype} in pandas, with the schema"
        assert table.schema[name] == POLARS[kind], f"{path}: {name}: {table.schema[name]} in polars, with the schema"
    return len(kinds)


def derived(name, tables):
    """The schema of a table that was made on demand, from those of the others."""
    rows, bounds, summary = (tables[f"{table}.csv"] for table in ("rows", "bounds", "summary"))
    if name == "measures_long.csv":
        return {"cell_seed": rows["cell_seed"], "measure": {"type": "text"}, "value": {"type": "float"}}
    if name == "bounds_wide.csv":
        cell = {column: rows[column] for column in list(rows)[: list(rows).index("cell_seed") + 1]}
        return cell | {column: bounds[column] for column in list(bounds)[1:]}
    axes = re.fullmatch(r"summary_by_(.*)\.csv", name)[1].split("_")
    before, after = {column: summary[column] for column in ("bound", "form")}, dict(summary)
    for column in ("bound", "form", "axis", "value"):
        after.pop(column)
    reasons = {"not_applicable_reasons": after.pop("not_applicable_reasons")}
    means = {f"{of}_{end}": {"type": "float"} for of in ("tightness", "certified", "share") for end in ("mean", "low", "high")}
    return before | {axis: rows[axis] for axis in axes} | after | means | reasons


checked = 0
for folder in map(Path, sys.argv[1:]):
    tables = json.loads((folder / "schema.json").read_text())["tables"]
    for path in sorted(folder.glob("*.csv")):
        checked += check(path, tables.get(path.name) or derived(path.name, tables))
print(f"{checked} columns have the types of their schema in pandas and polars")
assert checked > 100

blocks = re.findall(r"^```python\n(.*?)^```$", Path("docs/results.md").read_text(), re.MULTILINE | re.DOTALL)
assert len(blocks) == 3
for block in blocks:
    names = {}
    exec(block, names)
    if "lines" in names:
        assert len(names["lines"]) > 1, block
print(f"{len(blocks)} blocks of docs/results.md ran")

#!/usr/bin/env python3
"""The same linking in Splink on DuckDB: peer_splink.py SET FOLDER, SET being febrl3, febrl4, transactions or w2.

FOLDER holds what is linked and truth.parquet. Comparisons, blocking rules and training of the public sets are those that
Splink's documentation shows for them, without the rule on the true id of the transactions. Writes pairs.parquet and
prints JSON: seconds and peak MB from the first file opened to the pairs written, without the imports; precision,
recall, F1 at probability 0.95 and at the weight that is best in hindsight, for all pairs and one to one (greedy). The
best weight of the public sets is looked for among fainter pairs than the documentation keeps; these are predicted
after the clock has stopped.
"""
import json, math, os, resource, sys, time

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from score import greedy, measures, open_truth, true_pairs


def read_febrl(path):
    """Names and cells carry leading spaces; an empty cell is missing."""
    return f"select nullif(trim(columns(*)), '') from read_csv('{path}', all_varchar = true, normalize_names = true)"


def febrl3(db, folder):
    tables = [read_febrl(f"{folder}/input/febrl3.csv")]
    settings = dict(
        link_type="dedupe_only", unique_id_column_name="rec_id",
        blocking_rules_to_generate_predictions=[
            block_on(key) for key in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")],
        comparisons=[
            cl.NameComparison("given_name"), cl.NameComparison("surname"),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True)])
    swapped = "l.given_name = r.surname and l.surname = r.given_name and l.date_of_birth = r.date_of_birth"
    sure = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth"), swapped]

    def train(training):
        training.estimate_probability_two_random_records_match(sure, recall=0.9)
        training.estimate_u_using_random_sampling(max_pairs=1e6, seed=2)
        for key in ("date_of_birth", "postcode"):
            training.estimate_parameters_using_expectation_maximisation(block_on(key))

    return tables, settings, train, 0.2


def febrl4(db, folder):
    tables = [read_febrl(f"{folder}/input/febrl4{side}.csv") for side in "ab"]
    settings = dict(
        link_type="link_only", unique_id_column_name="rec_id",
        blocking_rules_to_generate_predictions=[
            block_on("given_name", "surname"), "l.given_name = r.surname and l.surname = r.given_name",
            block_on("date_of_birth"), block_on("soc_sec_id"), block_on("state", "address_1"),
            block_on("street_number", "address_1"), block_on("postcode")],
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d",
                                     invalid_dates_as_null=True),
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True)])
    sure = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]

    def train(training):
        training.estimate_probability_two_random_records_match(sure, recall=0.8)
        training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for key in ("date_of_birth", "postcode"):
            training.estimate_parameters_using_expectation_maximisation(
                block_on(key), estimate_without_term_frequencies=True)

    return tables, settings, train, 0.2


def transactions(db, folder):
    tables = [f"from '{folder}/input/transactions_{side}.parquet'" for side in ("origin", "destination")]
    sent = db.sql(f"select count(*) from ({tables[0]})").fetchall()[0][0]
    alike = "substr(l.memo, 1, 3) = substr(r.memo, 1, 3) and l.amount / r.amount > 0.7 and l.amount / r.amount < 1.3"
    month = "strftime(l.transaction_date{}, '%Y%m') = strftime(r.transaction_date, '%Y%m') and " + alike
    week = "yearweek(r.transaction_date) = yearweek(l.transaction_date{})"
    level = lambda days: dict(
        sql_condition=f"transaction_date_r - transaction_date_l <= {days} and transaction_date_r >= transaction_date_l",
        label_for_charts=f"{days} days")
    settings = dict(
        link_type="link_only", probability_two_random_records_match=1 / sent,
        blocking_rules_to_generate_predictions=[
            month.format(""), month.format(" + 15"), block_on("substr(memo, 1, 9)"),
            "round(l.amount / 2, 0) * 2 = round(r.amount / 2, 0) * 2 and " + week.format(""),
            "round(l.amount / 2, 0) * 2 = round((r.amount + 1) / 2, 0) * 2 and " + week.format(" + 4")],
        comparisons=[
            dict(output_column_name="amount", comparison_levels=[
                cll.NullLevel("amount"), cll.ExactMatchLevel("amount"),
                *(cll.PercentageDifferenceLevel("amount", share) for share in (0.01, 0.03, 0.1, 0.3)),
                cll.ElseLevel()]),
            cl.LevenshteinAtThresholds("memo", [2, 6, 10]),
            dict(output_column_name="transaction_date", comparison_levels=[
                cll.NullLevel("transaction_date"), *(level(days) for days in (1, 4, 10, 30)), cll.ElseLevel()])])

    def train(training):
        training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for key in ("memo", "amount"):
            training.estimate_parameters_using_expectation_maximisation(block_on(key))

    return tables, settings, train, 0.001


def w2(db, folder):
    tables = [f"from '{folder}/{side}.parquet'" for side in "ab"]
    settings = dict(
        link_type="link_only",
        blocking_rules_to_generate_predictions=[
            block_on("cid"), block_on("phone", "proc"), block_on("full_name", "proc", "unit"),
            block_on("dob", "proc", "unit"), block_on("rec", "proc", "unit")],
        comparisons=[
            cl.JaroWinklerAtThresholds("full_name", [0.95, 0.88]).configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("cid", [1, 2]), cl.ExactMatch("phone"), cl.ExactMatch("proc"),
            cl.DateOfBirthComparison("dob", input_is_string=False),
            cl.AbsoluteDateDifferenceAtThresholds("rec", input_is_string=False, metrics=["day"] * 3,
                                                  thresholds=[1, 3, 30]),
            cl.ExactMatch("unit"), cl.ExactMatch("fee")])
    sure = [block_on("cid", "proc", "rec"), block_on("phone", "dob", "proc", "rec")]

    def train(training):
        training.estimate_probability_two_random_records_match(sure, recall=0.4)
        training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
        for keys in (["cid"], ["phone", "proc"], ["full_name", "dob"]):
            training.estimate_parameters_using_expectation_maximisation(block_on(*keys))

    return tables, settings, train, 0.01


SETS = {"febrl3": febrl3, "febrl4": febrl4, "transactions": transactions, "w2": w2}
FAINT = 1e-6


def best_and_at_95(rows, true):
    """Of (left, right, weight, is right), heaviest first. A threshold never parts pairs of one weight."""
    claimed, right, best, at_95, last = 0, 0, dict(f1=0.0), measures(0, 0, true), None

    def close(best, at_95):
        now = measures(right, claimed, true) | dict(weight=round(last, 2))
        return (now if now["f1"] > best["f1"] else best), (now if last >= math.log2(19) else at_95)

    for *_, weight, is_right in rows:
        if last is not None and weight != last:
            best, at_95 = close(best, at_95)
        claimed, right, last = claimed + 1, right + is_right, weight
    if last is not None:
        best, at_95 = close(best, at_95)
    return dict(best=best, at_95=at_95)


def link(name, folder):
    """Writes the pairs; gives seconds and peak MB."""
    db = duckdb.connect()
    db.execute(f"set threads = {os.cpu_count()}")
    started = time.perf_counter()
    tables, settings, train, least = SETS[name](db, folder)
    api = DuckDBAPI(connection=db)
    linker = Linker([api.register(db.sql(table).to_arrow_table()) for table in tables], SettingsCreator(**settings))
    train(linker.training)
    id = settings.get("unique_id_column_name", "unique_id")

    def predict(least):
        pairs = linker.inference.predict(threshold_match_probability=least).as_duckdbpyrelation()
        named = pairs.project(f"{id}_l::varchar as l, {id}_r::varchar as r, match_weight as weight")
        named.write_parquet(f"{folder}/pairs.parquet")

    predict(least)
    seconds, peak = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if name != "w2":
        predict(FAINT)
    return dict(wall_s=round(seconds, 2), peak_mb=round(peak))


def main():
    name, folder = sys.argv[1:3]
    cost = link(name, folder)
    db = open_truth(folder)
    last, true = 0 if name == "febrl3" else 1, true_pairs(db)
    db.execute(f"""create table scored as select l, r, weight, a.entity = b.entity as is_right
        from '{folder}/pairs.parquet'
        join truth a on a.side = 0 and a.id = l join truth b on b.side = {last} and b.id = r""")
    # Among pairs of one weight the hash decides: ids of one order on both sides would favour or spoil some.
    rows = db.execute("from scored order by weight desc, hash(l || ' ' || r), l, r").fetchall()
    print(json.dumps(dict(set=name, true_pairs=true, scored=len(rows), **cost, pairwise=best_and_at_95(rows, true),
                          one_to_one=None if last == 0 else best_and_at_95(greedy(rows), true))))


if __name__ == "__main__":
    main()

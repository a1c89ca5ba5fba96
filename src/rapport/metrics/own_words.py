"""What is told of a table of your own, in the reader's language: the documented columns, the faults by column, the file.
Names of columns, options, functions and types are set in as they are: code and commands must name them so."""

from __future__ import annotations

from rapport.i18n.words import Words

WORDS = Words(__file__, {
    # The report
    "fits": "{table}: fits the documented columns.",
    "faults": "{table}: {count} fault(s).",
    "fault": "{column}: found {found}; allowed: {allowed}. {mend}",
    "fault_rows": "{column}, {count} row(s): found {found}; allowed: {allowed}. {mend}",
    "fault_where": "{column}, {count} row(s) ({where}): found {found}; allowed: {allowed}. {mend}",
    "head_column": "Column", "head_rows": "Rows", "head_where": "Which", "head_found": "Found", "head_allowed": "Allowed", "head_mend": "What to do",
    "rows": "rows {rows}", "values": "values {values}", "such_as": "such as {values}",
    "empty_table": "The table is empty.",
    "refunds": "{negative} of {rows} rows are refunds (negative): they reduce money and are no purchases.",
    # Columns that are not there, or twice
    "no_table": "no documented table {table}; there are {tables}.",
    "absent": "no such column (there are {columns})", "none": "none",
    "absent_allowed": "{kind}, {meaning}",
    "absent_mend": "Map yours: {call}.", "your_column": "your column", "yours": "YOURS",
    "twin": "the same name in another case", "twin_allowed": "names that differ in more than case", "twin_mend": "Rename or drop one: SQL engines take them for one column.",
    # Types
    "type": "values of type {type}", "type_mixed": "values of type {type} (perhaps mixed time zones)",
    "date_allowed": "dates",
    "moment_allowed": "times with a zone", "moment_mend": "In pandas: {function} once you know the zone of each; a time without a zone must be given one first.",
    "id_allowed": "text or whole numbers", "text_allowed": "text", "whole_allowed": "whole numbers", "flag_allowed": "0 and 1, or booleans",
    "type_mend": "Convert the column, for example in pandas with {function}.",
    "id_mend": "Convert the column, for example in pandas with {function}. Ids read as decimals have lost digits above {limit}: read the file again with that column as text.",
    # Values
    "missing": "missing values", "missing_allowed": "a value in every row", "missing_mend": "Fill them in, or drop these rows and say how many.",
    "empty": "empty text", "empty_allowed": "a value", "empty_mend": "Make it missing, or fill it in.",
    "not_binary": "numbers other than 0 and 1", "not_binary_allowed": "0 for no, 1 for yes", "not_binary_mend": "Recode them.",
    "fractions": "fractions, or numbers too large for decimals", "fractions_mend": "Money is in minor units: multiply by 100 (or 1, or 1000: it depends on the currency), round, convert to whole numbers.",
    "decimals": "decimals ({type})", "decimals_mend": "Convert with {round} and {astype}: sums of decimals differ from engine to engine.",
    "below": "numbers below {low}", "above": "numbers above {high}", "range": "{low} to {high}", "range_up": "{low} to any", "range_down": "any to {high}",
    "range_mend": "Mend them, or make them missing.",
    "late": "dates after {day}", "late_allowed": "dates up to {day}", "late_mend": "Mend them: a typing slip, or day and month swapped.",
    "before": "a time before {column}", "before_allowed": "not earlier than {column}", "before_mend": "Mend one of the two.",
    "double": "the same value in several rows", "double_allowed": "every value once", "double_mend": "Keep one row of each, or merge them.",
    # A file
    "other_ending": "{path}: found a file ending in {ending}; allowed are {endings}.", "no_ending": "nothing",
    "is_folder": "{path}: is a folder; name a Parquet or CSV file.", "no_file": "{path}: there is no such file; name a Parquet or CSV file.",
    "empty_file": "{path}: the file is empty; it needs at least a line with the names of its columns.",
    "unreadable": "{path}: cannot be read as {format}: {error}",
    "fits_several": "{path}: is it {tables} or {last}? Its name does not say, and its columns fit {fitting}. Say so with {option}.",
    "fits_none": "{path}: is it {tables} or {last}? Its name does not say, and its columns ({columns}) fit none of them. Say so with {option}.",
    "no_date": "texts that are no dates", "no_date_allowed": "dates written {example}", "no_date_mend": "Write them as year-month-day.",
    "no_moment": "texts that are no moments with a zone", "no_moment_allowed": "moments written {example}", "no_moment_mend": "Write them with their zone: a time without one is no moment.",
    "no_whole": "texts that are no numbers", "no_whole_mend": "Mend them, or leave them empty where there is no value.",
    "no_flag": "texts that are no 0, 1, {yes} or {no}", "no_flag_mend": "Recode them, or leave them empty where there is no value.",
    "no_cut_column": "{table}: there is no column {column} to cut a period by; leave out {start} and {end}.",
    "no_cut_day": "{table}: there is no documented day to cut a period by; leave out {start} and {end}.",
    "no_metric": "{table} have no metric {metric}; there are {metrics}.",
    "no_split": "{table}: no column {column} to split by; there are {columns}.",
    "needs_column": "left out: needs the column {columns}.",
    "needs_day": "left out: needs {option} (a date, such as {example}).", "needs_days": "left out: needs {first} and {second} (a date, such as {example}).",
    "needs_longer": "left out: needs at least {days} days between start and end.",
    # Kinds of column
    "kind_id": "id", "kind_text": "text", "kind_whole": "whole", "kind_flag": "flag", "kind_date": "date", "kind_moment": "moment",
    "minor_units": "minor units", "contacts": "contacts",
    # What the documented columns hold
    "who": "who it is about", "key": "key of the table", "market": "market whose hours and calendar count",
    "order_day": "day of the order, by the customer's clock", "amount": "price paid; negative for a refund", "currency": "one code, such as EUR",
    "refunded": "1 when the whole order was given back; it then counts for nothing",
    "first_day": "first day as a customer", "last_day": "first day no longer one; missing while they stay", "referrer": "customer who recommended us; missing for the others",
    "opened": "the customer first wrote or called", "responded": "first answer by a person; missing while there is none", "resolved": "solved; missing while open",
    "touches": "contacts the customer needed so far", "reopened": "opened again after it was solved", "escalated": "went to someone higher up or outside", "complaint": "it was a complaint",
    "told": "the customer told us", "recovered": "the customer said that the matter is settled",
    "due": "day by which it was promised", "kept": "day on which it was done; missing when not",
    "answered": "1 when an answer came back", "csat": "satisfaction, 1–5; missing where unanswered", "nps": "likelihood to recommend, 0–10; missing where unanswered", "effort": "“it was easy”, 1–7; missing where unanswered",
    "respondent": "who answered", "item": "which question", "rating": "the answer",
    "sent_day": "day it was sent", "opted_out": "the customer asked to hear no more", "reacted": "the customer answered or bought",
    "step": "name of the step", "step_moment": "when it happened",
})  # fmt: skip

say = WORDS.say

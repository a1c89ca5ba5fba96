"""Computations of module 11: the right answer, the known mistakes and the planted truth of each exercise.
Each takes a win-back book (and the truth where named so) and returns a number, an `Estimate` or an option id."""

import numpy as np
import pandas as pd

from rapport.exercises import Estimate

Z = 1.96  # half-width of a 95 % interval in standard errors
OFFER_PLAN = {"price": "discount", "service": "upgrade", "no_need": "none", "rival": "upgrade"}
REASONS = ("price", "service", "no_need", "rival")
BANDS = ("low", "middle", "high")
LIST = 60  # how many of those who wait can be written to
WORTH, MESSAGE_COST, STOP_COST = 60.0, 0.5, 40.0  # euros: a return, a message, an objection
OPEN = ("given", "given_again")  # last events that open a channel
FIRST_DAY = 8  # working hours
ANSWERS = 14  # an hour


def difference(first, second, scale=1.0):
    """Mean of `first` minus mean of `second` with its 95 % interval."""
    value = first.mean() - second.mean()
    half = Z * np.sqrt(first.var() / len(first) + second.var() / len(second))
    return Estimate(scale * value, scale * (value - half), scale * (value + half))


def turned_round(estimate):
    return Estimate(-estimate.value, -estimate.high, -estimate.low)


def with_profit(rows):
    """Rows of the trial with the profit of writing to each customer, in euros."""
    return rows.assign(profit=(rows.second_months * rows.second_margin_cents - rows.cost_cents) / 100)


# ---- consent_gate -----------------------------------------------------------------------------------------------


def email_story(book):
    """For each who waits: the last event on e-mail, and whether they objected to all marketing."""
    c = book.consent.sort_values(["lost_id", "event_no"])
    last = c[c.channel == "email"].groupby("lost_id").event.last()
    ids = book.waiting.lost_id
    return pd.DataFrame({"lost_id": ids, "last": ids.map(last).fillna("never"), "objected": ids.isin(c.lost_id[c.event == "objected"])})


def consent_table(book):
    counts = email_story(book).groupby(["last", "objected"]).size()
    rows = {"never given": "never", "given": "given", "given, then withdrawn": "withdrawn", "given, withdrawn, given again": "given_again"}
    return pd.DataFrame(
        {
            "e-mail, in order of time": rows.keys(),
            "no objection": [int(counts.get((row, False), 0)) for row in rows.values()],
            "objected to all": [int(counts.get((row, True), 0)) for row in rows.values()],
        }
    )


def lawful(book):
    """Ids of those who may be sent marketing by e-mail: the last e-mail event gives consent, and nothing objects."""
    story = email_story(book)
    return story.lost_id[story["last"].isin(OPEN) & ~story.objected]


def consent_gate(book):
    return len(lawful(book))


def ever_given(book):
    return int((email_story(book)["last"] != "never").sum())


def never_withdrawn(book):
    story = email_story(book)
    return int(((story["last"] == "given") & ~story.objected).sum())


def without_objections(book):
    return int(email_story(book)["last"].isin(OPEN).sum())


def any_channel(book):
    c = book.consent.sort_values(["lost_id", "event_no"])
    objected = set(c.lost_id[c.event == "objected"])
    last = c[c.event != "objected"].groupby(["lost_id", "channel"]).event.last()
    return len(set(last[last.isin(OPEN)].index.get_level_values("lost_id")) - objected)


def consent_gate_truth(truth, book):
    return int(truth.waiting.lawful.sum())


# ---- best_offer -------------------------------------------------------------------------------------------------


def offer_table(book):
    groups = book.trial.groupby("offer", sort=False)
    back = book.trial[book.trial.returned == 1].groupby("offer", sort=False)
    names = ["none", "discount", "upgrade", "both"]
    earned = back.apply(lambda g: (g.second_months * g.second_margin_cents).sum() / 100, include_groups=False)
    return pd.DataFrame(
        {
            "offer": names,
            "written to": groups.size()[names].to_numpy(),
            "came back": back.size()[names].to_numpy(),
            "margin after, €": earned[names].round().astype(int).to_numpy(),
            "all costs, €": (groups.cost_cents.sum()[names] / 100).round().astype(int).to_numpy(),
        }
    )


def with_offer(book, offer):
    return with_profit(book.trial[book.trial.offer == offer])


def best_offer(book):
    return difference(with_offer(book, "upgrade").profit, with_offer(book, "both").profit, 100)


def offers_turned_round(book):
    return turned_round(best_offer(book))


def per_returner(book):
    """Profit of those who came back, for 100 of them."""
    one, other = (rows[rows.returned == 1].profit for rows in (with_offer(book, "upgrade"), with_offer(book, "both")))
    return 100 * (one.mean() - other.mean())


def without_the_cost(book):
    one, other = ((rows.second_months * rows.second_margin_cents).mean() for rows in (with_offer(book, "upgrade"), with_offer(book, "both")))
    return one - other


def planted_profit(truth, rows):
    """Expected profit in euros of writing to each customer of `rows` (some of the trial), as it was."""
    planted = truth.trial.loc[rows.index]  # a row for each of the trial, in its order
    return (planted.chance * planted.worth_cents - truth.firm.contact_cost_cents) / 100


def best_offer_truth(truth, book):
    one, other = (planted_profit(truth, with_offer(book, offer)).mean() for offer in ("upgrade", "both"))
    return 100 * (one - other)


# ---- reason_gap -------------------------------------------------------------------------------------------------


def left_for(book, reason):
    """Those who left for `reason` and were made the offer that the plan has for it."""
    t = book.trial
    return with_profit(t[(t.reason == reason) & (t.offer == OFFER_PLAN[reason])])


def reason_table(book):
    rows = [left_for(book, reason) for reason in ("service", "price")]
    return pd.DataFrame(
        {
            "left over": ["service", "price"],
            "offer": ["upgrade", "discount"],
            "written to": [len(each) for each in rows],
            "came back": [int(each.returned.sum()) for each in rows],
            "profit, €": [round(each.profit.sum()) for each in rows],
        }
    )


def reason_gap(book):
    return difference(left_for(book, "service").profit, left_for(book, "price").profit, 100)


def return_rate_gap(book):
    return difference(left_for(book, "service").returned, left_for(book, "price").returned, 100)


def gap_per_returner(book):
    one, other = (rows.profit.sum() / rows.returned.sum() for rows in (left_for(book, "service"), left_for(book, "price")))
    return 100 * (one - other)


def reasons_turned_round(book):
    return turned_round(reason_gap(book))


def reason_gap_truth(truth, book):
    one, other = (planted_profit(truth, left_for(book, reason)).mean() for reason in ("service", "price"))
    return 100 * (one - other)


# ---- rank_300 ---------------------------------------------------------------------------------------------------


def groups(book):
    """Reason × band: share that came back and profit for each one written to, in the trial, each with the planned offer."""
    t = book.trial
    planned = with_profit(t[t.offer == t.reason.map(OFFER_PLAN)])
    return planned.groupby(["reason", "band"])[["returned", "profit"]].mean().rename(columns={"returned": "share"}).reset_index()


def rank_table(book):
    w = book.waiting.assign(lawful=book.waiting.lost_id.isin(lawful(book)))
    waits = w.groupby(["reason", "band"]).lawful.agg(["size", "sum"])
    g = groups(book).set_index(["reason", "band"])
    order = [(reason, band) for reason in REASONS for band in BANDS]
    counted = waits.reindex(order, fill_value=0)
    return pd.DataFrame(
        {
            "left over, margin": [f"{reason}, {band}" for reason, band in order],
            "wait": counted["size"].to_numpy(),
            "lawful": counted["sum"].astype(int).to_numpy(),
            "came back, %": (100 * g.share.loc[order]).round(1).to_numpy(),
            "profit each, €": g.profit.loc[order].round(2).to_numpy(),
        }
    )


def drawn_up(book, by, gate=True):
    """The list of `LIST` with the highest `by` (first the group's, then the longest first life), with the group's profit."""
    w = book.waiting[book.waiting.lost_id.isin(lawful(book))] if gate else book.waiting
    w = w.merge(groups(book), on=["reason", "band"], how="left").fillna({"share": 0.0, "profit": 0.0})
    return w.sort_values([by, "tenure_years", "lost_id"], ascending=[False, False, True]).head(LIST)


def rank_300(book):
    return drawn_up(book, "profit").profit.sum()


def list_of_the_likeliest(book):
    return drawn_up(book, "share").profit.sum()


def list_of_the_biggest(book):
    return drawn_up(book, "margin_cents").profit.sum()


def list_without_the_gate(book):
    return drawn_up(book, "profit", gate=False).profit.sum()


def planted_value(truth, ids):
    """Planted profit in euros of writing to the waiting customers with these ids."""
    return truth.waiting.set_index("lost_id").profit_cents[list(ids)].sum() / 100


def rank_300_truth(truth, book):
    return planted_value(truth, drawn_up(book, "profit").lost_id)


# ---- how_often --------------------------------------------------------------------------------------------------


def frequency_table(book):
    g = book.frequency.groupby("messages")
    return pd.DataFrame({"messages": g.size().index, "customers": g.size().to_numpy(), "came back": g.returned.sum().to_numpy(), "objected": g.objected.sum().to_numpy()})


def net(book):
    """For each number of messages: euros for each customer, returns less messages less objections."""
    g = book.frequency.groupby("messages")[["returned", "objected"]].mean()
    return WORTH * g.returned - MESSAGE_COST * g.index - STOP_COST * g.objected


def messages(number):
    return f"m{number}"


def how_often(book):
    return messages(net(book).idxmax())


def most_returns(book):
    return messages(book.frequency.groupby("messages").returned.mean().idxmax())


def fewest_objections(book):
    return messages(book.frequency.groupby("messages").objected.mean().idxmin())


def how_often_truth(truth, book):
    return messages(truth.best_messages)


# ---- nothing_to_lose --------------------------------------------------------------------------------------------


def sent(book, number):
    return book.frequency[book.frequency.messages == number]


def last_two(book, stops=STOP_COST, cost=MESSAGE_COST):
    """Euros for 100 people: six messages against four."""
    rows = [sent(book, number).assign(euros=lambda f, n=number: WORTH * f.returned - cost * n - stops * f.objected).euros for number in (6, 4)]
    return difference(*rows, 100)


def nothing_to_lose(book):
    return last_two(book)


def only_returns_counted(book):
    return last_two(book, stops=0.0, cost=0.0).value


def objections_left_out(book):
    return last_two(book, stops=0.0).value


def all_six_messages(book):
    return 100 * net(book)[6]


def two_table(book):
    return frequency_table(book)[lambda t: t.messages.isin([4, 6])].reset_index(drop=True)


def nothing_to_lose_truth(truth, book):
    from rapport.simulation.winback import frequency_chances

    returns, stops = frequency_chances(truth.firm, truth.best_messages, np.array([6, 4]))
    euros = WORTH * returns - MESSAGE_COST * np.array([6, 4]) - STOP_COST * stops
    return 100 * (euros[0] - euros[1])


# ---- acquisition ------------------------------------------------------------------------------------------------


def base(book, name, contacted):
    b = book.bases
    return ((b.worth_cents - b.cost_cents) / 100)[(b.base == name) & (b.contacted == contacted)]


def base_table(book):
    rows = [(name, contacted) for name in ("lost", "stranger") for contacted in (1, 0)]
    b = book.bases.groupby(["base", "contacted"])
    people, worth, cost = b.size(), b.worth_cents.sum(), b.cost_cents.sum()
    return pd.DataFrame(
        {
            "base": [f"{name}, {'contacted' if contacted else 'held out'}" for name, contacted in rows],
            "people": [int(people[row]) for row in rows],
            "margin, €": [round(worth[row] / 100) for row in rows],
            "cost, €": [round(cost[row] / 100) for row in rows],
        }
    )


def gained(book, name):
    """Extra profit of contacting 100 people of a base."""
    return difference(base(book, name, 1), base(book, name, 0), 100)


def acquisition(book):
    lost, strangers = gained(book, "lost"), gained(book, "stranger")
    half = np.hypot(lost.high - lost.value, strangers.high - strangers.value)
    value = lost.value - strangers.value
    return Estimate(value, value - half, value + half)


def without_held_out(book):
    return 100 * (base(book, "lost", 1).mean() - base(book, "stranger", 1).mean())


def bases_turned_round(book):
    return -acquisition(book).value


def bases_without_cost(book):
    b = book.bases.groupby(["base", "contacted"]).worth_cents.mean()
    return b["lost", 1] - b["lost", 0] - b["stranger", 1] + b["stranger", 0]


def acquisition_truth(truth, book):
    f = truth.firm
    lost = (f.lost_won - truth.lost_anyway) * f.worth_lost_cents - f.lost_cost_cents
    return lost - (f.stranger_won - f.stranger_anyway) * f.worth_stranger_cents + f.stranger_cost_cents


# ---- portfolio --------------------------------------------------------------------------------------------------


def portfolio_table(book):
    p = book.portfolio
    p = p.assign(gone=p.left * (1 - p.came_back))
    g = p.groupby("segment")
    return pd.DataFrame(
        {
            "plan": g.size().index,
            "customers": g.size().to_numpy(),
            "margin each, €": (g.margin_cents.mean() / 100).round().astype(int).to_numpy(),
            "left": g.left.sum().to_numpy(),
            "came back": g.came_back.sum().to_numpy(),
        }
    )


def most(values):
    return values.idxmax().lower()


def by_segment(book, weight):
    p = book.portfolio
    return (p.margin_cents * weight(p)).groupby(p.segment).sum()


def portfolio(book):
    return most(by_segment(book, lambda p: p.left * (1 - p.came_back)))


def most_valuable(book):
    return most(by_segment(book, lambda p: 1))


def leakiest(book):
    return most(book.portfolio.groupby("segment").left.mean())


def most_lost(book):
    return most(by_segment(book, lambda p: p.left))


def portfolio_truth(truth, book):
    s = truth.segments.set_index("segment")
    return most(s.customers * s.margin_cents * s.leaves * (1 - s.returns))


# ---- proxy_check ------------------------------------------------------------------------------------------------


def audited(book):
    return book.trial[["band", "market", "picked", "returned"]][book.trial.market.isin(["BR", "DE"])]


def proxy_table(book):
    g = audited(book).groupby(["band", "market"])
    lost, picked, returned = g.size(), g.picked.sum(), g.returned.sum()
    rows = [(band, market) for band in BANDS for market in ("BR", "DE")]
    return pd.DataFrame(
        {
            "margin": [band for band, _ in rows],
            "market": [market for _, market in rows],
            "lost": [int(lost[row]) for row in rows],
            "picked": [int(picked[row]) for row in rows],
            "came back": [int(returned[row]) for row in rows],
        }
    )


def within_bands(book, column):
    """DE minus BR in points, band by band, weighted by how common the bands are in both together."""
    a = audited(book)
    value = variance = 0.0
    for _, rows in a.groupby("band"):
        gap = difference(*(rows[column][rows.market == market] for market in ("DE", "BR")))
        value += len(rows) / len(a) * gap.value
        variance += (len(rows) / len(a) * (gap.high - gap.value)) ** 2
    half = np.sqrt(variance)
    return Estimate(100 * value, 100 * (value - half), 100 * (value + half))


def proxy_check(book):
    return within_bands(book, "picked")


def plain_shares(book):
    a = audited(book)
    return 100 * (a.picked[a.market == "DE"].mean() - a.picked[a.market == "BR"].mean())


def gap_in_returns(book):
    return within_bands(book, "returned").value


def proxy_turned_round(book):
    return -proxy_check(book).value


def proxy_check_truth(truth, book):
    return 100 * truth.firm.marked_down * (1 if truth.marked_down_market == "BR" else -1)


# ---- staffing ---------------------------------------------------------------------------------------------------


def desk_table(book):
    d = book.desk[book.desk.hour <= FIRST_DAY]
    return pd.DataFrame({"hour": d.hour, "ordinary contacts": d.ordinary, "answers to the mailing": d.replies})


def queue(arrivals):
    """Contacts that wait at the end: each hour's arrivals join, at most `ANSWERS` leave, nothing is stored."""
    waiting = 0.0
    for came in arrivals:
        waiting = max(0.0, waiting + came - ANSWERS)
    return waiting


def first_day(book):
    return book.desk[book.desk.hour <= FIRST_DAY]


def staffing(book):
    d = first_day(book)
    return queue(d.ordinary + d.replies)


def idle_hours_saved_up(book):
    d = first_day(book)
    return float((d.ordinary + d.replies).sum() - ANSWERS * len(d))


def mailing_alone(book):
    return queue(first_day(book).replies)


def all_replies(book):
    return float(first_day(book).replies.sum())


def staffing_truth(truth, book):
    from rapport.simulation.winback import desk_means

    return queue(desk_means(truth.firm)[:FIRST_DAY].sum(axis=1))

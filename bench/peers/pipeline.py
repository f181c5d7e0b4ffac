"""The pipeline as one glues it together in Python: to measure GhostMarket against.

    pipeline.py PRICES.jsonl SOCIAL.jsonl DATABASE EVENTS

Reads both recordings merged by time, scores posts with VADER, keeps five-minute windows in deques,
inserts each row into DuckDB as it comes. Nothing on the way is durable but the rows.
"""
import heapq
import json
import sys
import time
from collections import defaultdict, deque
from datetime import datetime, timedelta

import duckdb
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

WINDOW = timedelta(minutes=5)
COOLDOWN = timedelta(minutes=10)


def read(path, order):
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            event = json.loads(line)
            event["at"] = datetime.fromisoformat(event["timestamp"].replace("Z", "+00:00"))
            yield event["at"], order, event


def main(prices, social, database, limit):
    analyzer = SentimentIntensityAnalyzer()
    windows = defaultdict(lambda: (deque(), deque()))
    last_alert = {}
    db = duckdb.connect(database)
    db.execute("""CREATE OR REPLACE TABLE market_signals (timestamp TIMESTAMPTZ, ticker VARCHAR,
        price_usd DOUBLE, vibe_score DOUBLE, msg_velocity INTEGER, delta_price DOUBLE,
        delta_vibe DOUBLE, hype_momentum DOUBLE, alert_status VARCHAR)""")
    begin = time.perf_counter()
    events = 0
    merged = heapq.merge(read(prices, 0), read(social, 1), key=lambda item: item[:2])
    for at, _, event in merged:
        ticker = event["ticker"]
        price_window, vibe_window = windows[ticker]
        if "price_usd" in event:
            price_window.append((at, event["price_usd"]))
        else:
            vibe_window.append((at, analyzer.polarity_scores(event["text"])["compound"]))
        for window in (price_window, vibe_window):
            while window and window[0][0] < at - WINDOW:
                window.popleft()
        price = delta_price = vibe = delta_vibe = momentum = alert = None
        if price_window:
            price = price_window[-1][1]
            average = sum(p for _, p in price_window) / len(price_window)
            delta_price = (price - average) / average
        if vibe_window:
            vibe = vibe_window[-1][1]
            delta_vibe = vibe - sum(v for _, v in vibe_window) / len(vibe_window)
            momentum = delta_vibe * len(vibe_window)
        if momentum is not None and delta_price is not None:
            quiet = ticker in last_alert and at - last_alert[ticker] < COOLDOWN
            if momentum > 100 and delta_price < 0.02 and not quiet:
                alert = "IMMINENT_HYPE_PUMP"
                last_alert[ticker] = at
        db.execute("INSERT INTO market_signals VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                   [at, ticker, price, vibe, len(vibe_window), delta_price, delta_vibe, momentum,
                    alert])
        events += 1
        if events == limit:
            break
    print(json.dumps({"events": events, "seconds": time.perf_counter() - begin}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]))

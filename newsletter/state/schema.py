"""The ledger's tables, as numbered migrations; each runs once, in one transaction.

Times are seconds since 1970 in UTC. No row is ever deleted but those of a mailing of which nothing
left: an id, once in somebody's mail, means the same for ever.
"""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    """
    CREATE TABLE ledger (
        id TEXT NOT NULL,             -- names this ledger in the file beside it
        epoch INTEGER NOT NULL        -- counts openings for sending; a restored copy lags behind
    );

    CREATE TABLE mailings (
        id INTEGER PRIMARY KEY,
        uuid TEXT NOT NULL UNIQUE,
        issue TEXT NOT NULL UNIQUE,   -- an issue is mailed once, whatever happens
        state TEXT NOT NULL CHECK (state IN ('frozen', 'sending', 'paused', 'finished')),
        digest TEXT NOT NULL,         -- of the content
        content TEXT NOT NULL,        -- the frozen content as canonical JSON
        sources TEXT NOT NULL,        -- digest of the files it was made of, to notice later edits
        frozen_at REAL NOT NULL,      -- also every message's Date
        started_at REAL,              -- null until the first run
        finished_at REAL              -- null while anybody is pending or deferred
    );

    CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY,
        mailing INTEGER NOT NULL REFERENCES mailings (id),
        key TEXT NOT NULL,            -- the address folded, so that nobody is there twice
        address TEXT NOT NULL,
        name TEXT NOT NULL,
        fields TEXT NOT NULL,         -- a JSON object of the fields that the content uses
        message_token TEXT NOT NULL,  -- its Message-ID, the same for every attempt
        state TEXT NOT NULL CHECK (state IN ('pending', 'attempting', 'accepted', 'deferred',
                                             'refused', 'uncertain', 'excluded')),
        code INTEGER,                 -- of the last attempt; null before the first one
        enhanced TEXT,                -- RFC 3463; null or empty where the server gave none
        text TEXT,                    -- the server's words, or why the reader is excluded
        attempts INTEGER NOT NULL DEFAULT 0,
        at REAL,                      -- when the last attempt began or ended; null before
        due REAL,                     -- when a deferred one may be tried again; else null
        first_deferred_at REAL,       -- null until a server first said "later"
        UNIQUE (mailing, key)
    );
    -- Few rows are deferred at any time, so finding those that fall due costs nothing.
    CREATE INDEX deliveries_due ON deliveries (mailing, due) WHERE state = 'deferred';

    -- Only what did not end in acceptance: the usual case writes one row, not two.
    CREATE TABLE attempts (
        id INTEGER PRIMARY KEY,
        delivery INTEGER NOT NULL REFERENCES deliveries (id),
        at REAL NOT NULL,
        state TEXT NOT NULL,          -- what the attempt led to
        phase TEXT NOT NULL,          -- where in the conversation
        code INTEGER NOT NULL,        -- 0 where there was no reply
        enhanced TEXT NOT NULL,
        text TEXT NOT NULL
    );
    -- "What happened to Ada?" asks by delivery.
    CREATE INDEX attempts_delivery ON attempts (delivery);

    CREATE TABLE suppression_events (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL,
        address TEXT NOT NULL,
        action TEXT NOT NULL CHECK (action IN ('suppress', 'restore')),
        reason TEXT NOT NULL,
        source TEXT NOT NULL,
        at TEXT NOT NULL              -- ISO 8601 with its zone: as it was said
    );
    -- All events of one address are weighed at every new one.
    CREATE INDEX suppression_events_key ON suppression_events (key);

    -- What follows from the events, so that the mark before a body can ask for it in SQL.
    CREATE TABLE suppressed (
        key TEXT PRIMARY KEY,
        why TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    """
    -- What is written once, at the freeze, moves out of the rows that are written twice a message:
    -- they become a third as long, and a turn of the sender touches fewer pages.
    CREATE TABLE audience (
        id INTEGER PRIMARY KEY,       -- the delivery's, too
        mailing INTEGER NOT NULL REFERENCES mailings (id),
        key TEXT NOT NULL,            -- the address folded, so that nobody is there twice
        address TEXT NOT NULL,
        name TEXT NOT NULL,
        fields TEXT NOT NULL,         -- a JSON object of the fields that the content uses
        message_token TEXT NOT NULL,  -- its Message-ID, the same for every attempt
        excluded TEXT,                -- why they get nothing from the start; null for the others
        UNIQUE (mailing, key)
    );
    INSERT INTO audience
        SELECT id, mailing, key, address, name, fields, message_token,
            iif(state = 'excluded', text, NULL)
        FROM deliveries ORDER BY id;

    ALTER TABLE attempts RENAME TO old_attempts;
    ALTER TABLE deliveries RENAME TO old_deliveries;

    CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY REFERENCES audience (id),
        -- Written out, since SQLite builds a table for each IN of constants that it meets.
        state TEXT NOT NULL CHECK (state = 'accepted' OR state = 'attempting' OR state = 'pending'
                                   OR state = 'deferred' OR state = 'refused'
                                   OR state = 'uncertain' OR state = 'excluded'),
        code INTEGER,                 -- of the last attempt; null before the first one
        enhanced TEXT,                -- RFC 3463; null or empty where the server gave none
        text TEXT,                    -- the server's words, or why the reader is excluded
        attempts INTEGER NOT NULL DEFAULT 0,
        at REAL,                      -- when the last attempt began or ended; null before
        due REAL,                     -- when a deferred one may be tried again; else null
        first_deferred_at REAL        -- null until a server first said "later"
    );
    INSERT INTO deliveries
        SELECT id, state, code, enhanced, text, attempts, at, due, first_deferred_at
        FROM old_deliveries ORDER BY id;

    CREATE TABLE attempts (
        id INTEGER PRIMARY KEY,
        delivery INTEGER NOT NULL REFERENCES deliveries (id),
        at REAL NOT NULL,
        state TEXT NOT NULL,          -- what the attempt led to
        phase TEXT NOT NULL,          -- where in the conversation
        code INTEGER NOT NULL,        -- 0 where there was no reply
        enhanced TEXT NOT NULL,
        text TEXT NOT NULL
    );
    INSERT INTO attempts
        SELECT id, delivery, at, state, phase, code, enhanced, text FROM old_attempts;

    DROP TABLE old_attempts;
    DROP TABLE old_deliveries;

    -- Few rows are deferred at any time, so finding those that fall due costs nothing.
    CREATE INDEX deliveries_due ON deliveries (due) WHERE state = 'deferred';
    -- "What happened to Ada?" asks by delivery.
    CREATE INDEX attempts_delivery ON attempts (delivery);

    -- A mailing's deliveries are frozen in one go, so their ids follow each other.
    ALTER TABLE mailings ADD COLUMN first INTEGER NOT NULL DEFAULT 1;
    ALTER TABLE mailings ADD COLUMN last INTEGER NOT NULL DEFAULT 0;
    UPDATE mailings SET
        first = coalesce((SELECT min(id) FROM audience WHERE mailing = mailings.id), 1),
        last = coalesce((SELECT max(id) FROM audience WHERE mailing = mailings.id), 0);
    """,
    """
    -- Errors of the check that the editor let through, each with the reason given.
    CREATE TABLE overrides (
        id INTEGER PRIMARY KEY,
        mailing INTEGER NOT NULL REFERENCES mailings (id) ON DELETE CASCADE,
        rule TEXT NOT NULL,
        message TEXT NOT NULL,        -- what the check said then
        reason TEXT NOT NULL,
        at REAL NOT NULL
    );
    """,
    """
    -- Room for the mark and the answer to come, which they use up: a row that grows has no place
    -- in its page any more, and a turn of the sender would write several pages anew.
    ALTER TABLE deliveries ADD COLUMN room BLOB;
    """,
    """
    -- What happened to a person. Rows are added; an erasure alone changes some: it takes out whom
    -- they are about.
    CREATE TABLE history (
        id INTEGER PRIMARY KEY,
        key TEXT NOT NULL,            -- the address folded, or what stands for one that was erased
        address TEXT NOT NULL,
        kind TEXT NOT NULL,           -- newsletter.audience.register.event.Kind
        reason TEXT NOT NULL,
        source TEXT NOT NULL,         -- by which way it came
        at TEXT NOT NULL,             -- ISO 8601 with its zone: as it was said
        evidence TEXT NOT NULL        -- a JSON object
    );
    INSERT INTO history
        SELECT id, key, address, action, reason, source, at, '{}' FROM suppression_events
        ORDER BY id;
    DROP TABLE suppression_events;
    -- All events of one person are weighed at every new one.
    CREATE INDEX history_key ON history (key);
    -- The few by which somebody is suppressed, or chose something, among many that were imported.
    CREATE INDEX history_kind ON history (kind);
    """,
    """
    -- The conditions of `--where` as JSON, [[column, value], ...]; null: the whole list.
    ALTER TABLE mailings ADD COLUMN selection TEXT;
    """,
    """
    -- Readers who join later get an issue as another part of its mailing: a row of its own, since
    -- the deliveries of a row are frozen in one go. What is unique stays so under the name: ISSUE,
    -- or ISSUE+PART from the second part on.
    ALTER TABLE mailings RENAME COLUMN issue TO name;
    ALTER TABLE mailings ADD COLUMN issue TEXT NOT NULL DEFAULT '';
    ALTER TABLE mailings ADD COLUMN part INTEGER NOT NULL DEFAULT 1;
    UPDATE mailings SET issue = name;
    """,
    """
    -- The selection of a mailing that was withdrawn: its issue is for the same readers when it is
    -- sent again, unless `--where` says otherwise.
    CREATE TABLE selections (
        issue TEXT PRIMARY KEY,
        selection TEXT NOT NULL       -- as in mailings
    ) WITHOUT ROWID;
    """,
)

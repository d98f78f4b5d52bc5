-- What the rule of incidents remembers of each terminal's positions: JSON, and not a fold of events.
CREATE TABLE watch (
    terminal TEXT COLLATE "C" PRIMARY KEY,
    doc TEXT NOT NULL
);

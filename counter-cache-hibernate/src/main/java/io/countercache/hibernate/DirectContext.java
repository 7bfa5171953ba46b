package io.countercache.hibernate;

/** What the library has of a session factory that changing its counters by hand needs. */
record DirectContext(
        CounterModel model, OwnQueries queries, PendingDeltas pending, Recount recount, TouchedCaches caches, UniqueKeys uniqueKeys) {}

package io.countercache.hibernate.internal.sql;

import org.hibernate.dialect.Dialect;

/** Any database that Hibernate supports: sends the statements that all of them have. */
record Portable(Dialect dialect) implements Database {}

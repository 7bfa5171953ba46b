package io.countercache.hibernate.support;

import org.hibernate.boot.model.naming.CamelCaseToUnderscoresNamingStrategy;

/** Columns of {@code commentsCount} are called {@code comments_count}. */
@SuppressWarnings("removal") // the new class of the same is not in 6.6
public final class SnakeCase extends CamelCaseToUnderscoresNamingStrategy {}

package io.countercache.hibernate.internal.entity;

import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.hibernate.persister.entity.EntityPersister;

/**
 * What the database does to other rows by itself when a row is deleted.
 *
 * @param changesOthers whether it deletes or changes watched rows along with rows of an entity
 * @param mayChange whether it may delete or change rows of an entity along with others
 * @param isNulled whether it may set an attribute to null
 */
public record OnDeleteRules(
        Predicate<EntityPersister> changesOthers,
        Predicate<EntityPersister> mayChange,
        BiPredicate<EntityPersister, String> isNulled) {}

package io.countercache.hibernate.support;

import io.countercache.hibernate.CounterCacheSettings;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the tests of a class for each way to write counters when a transaction ends. Its constructor gets the value of {@link
 * CounterCacheSettings#WRITE}.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"with_commit", "before_commit"})
public @interface EachWrite {}

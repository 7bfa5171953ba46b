package io.countercache.hibernate.support;

import io.countercache.hibernate.CounterCacheSettings;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs the tests of a class for each value of {@link CounterCacheSettings#WRITE}, which its constructor gets. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"with_commit", "before_commit", "flush"})
public @interface EachMode {}

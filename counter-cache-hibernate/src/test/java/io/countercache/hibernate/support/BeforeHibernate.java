package io.countercache.hibernate.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * On a test, or a class of tests, that shows what is refused because the version of Hibernate is too old for it. The
 * counterpart of {@link SinceHibernate}.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(HibernateVersions.class)
public @interface BeforeHibernate {

    /** The first minor version that no longer refuses it, as in {@code "7.2"}. */
    String value();
}

package io.countercache.hibernate.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** On a test, or a class of tests, that is for older versions of Hibernate only. Most show what is refused there. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(HibernateVersions.class)
public @interface BeforeHibernate {

    /** The first minor version that it is not for, as in {@code "7.2"}. */
    String value();

    /** What newer versions lack; nothing if they do what the test shows to be refused. */
    String because() default "";
}

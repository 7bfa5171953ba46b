package io.countercache.hibernate.support;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/** On a test, or a class of tests, that needs what older versions of Hibernate lack. There it is reported as skipped. */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(HibernateVersions.class)
public @interface SinceHibernate {

    /** The first minor version that has it, as in {@code "7.2"}. */
    String value();

    /** What older versions lack, unless the name of the test says it. */
    String because() default "";
}

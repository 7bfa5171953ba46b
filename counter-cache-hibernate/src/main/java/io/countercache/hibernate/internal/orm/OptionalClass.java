package io.countercache.hibernate.internal.orm;

import org.hibernate.Version;

/** A class that not every version of Hibernate has: by it one sees what a version does. */
final class OptionalClass {

    private OptionalClass() {}

    /** Whether Hibernate has this class. It is not initialized. */
    static boolean exists(String name) {
        try {
            Class.forName(name, false, Version.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}

package io.countercache.hibernate.support;

import static net.bytebuddy.matcher.ElementMatchers.named;

import java.net.URLClassLoader;
import java.security.CodeSource;
import java.util.concurrent.Callable;
import net.bytebuddy.ByteBuddy;
import net.bytebuddy.implementation.FixedValue;
import org.hibernate.Version;

/** Runs programs with a Hibernate that tells another version than it has, and is the same for the rest. */
public final class ToldVersion {

    private ToldVersion() {}

    /** What a program returns where Hibernate says that it has another version. */
    public static Object withHibernate(String version, Class<? extends Callable<String>> program) throws Exception {
        byte[] telling = new ByteBuddy()
                .redefine(Version.class)
                .method(named("getVersionString"))
                .intercept(FixedValue.value(version))
                .make()
                .getBytes();
        return OwnClassPath.call(
                new URLClassLoader(OwnClassPath.all("nothing"), ClassLoader.getPlatformClassLoader()) {
                    @Override
                    protected Class<?> findClass(String name) throws ClassNotFoundException {
                        if (!name.equals(Version.class.getName())) {
                            return super.findClass(name);
                        }
                        CodeSource jar = super.findClass("org.hibernate.SessionFactory")
                                .getProtectionDomain()
                                .getCodeSource();
                        return defineClass(name, telling, 0, telling.length, jar);
                    }
                },
                program);
    }
}

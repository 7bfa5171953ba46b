package io.countercache.hibernate.internal.orm;

import io.countercache.CounterCacheException;
import io.countercache.hibernate.internal.support.Once;
import io.countercache.hibernate.internal.support.Settings;
import java.net.URL;
import java.security.CodeSource;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hibernate.Version;
import org.jboss.logging.Logger;

/**
 * A version of Hibernate. What differs between versions is asked for by what is there, not by their numbers; these only tell
 * whether the library knows the version at all.
 *
 * @param text as Hibernate writes it
 */
public record HibernateVersion(int major, int minor, String text) {

    private static final Logger LOG = Logger.getLogger(HibernateVersion.class);
    private static final Once WARNED = new Once();

    private static final Pattern NUMBERS = Pattern.compile("(\\d{1,4})\\.(\\d{1,4})(?:\\D.*)?");

    private static final HibernateVersion OLDEST = parse("6.6");
    /** The newest version of each major one that the tests run on. */
    private static final List<HibernateVersion> NEWEST = List.of(parse("6.6"), parse("7.4"), parse("8.0"));

    /** The version that the application has. */
    public static HibernateVersion current() {
        return parse(Version.getVersionString());
    }

    static HibernateVersion parse(String text) {
        Matcher numbers = NUMBERS.matcher(text);
        return numbers.matches()
                ? new HibernateVersion(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)), text)
                : new HibernateVersion(0, 0, text);
    }

    /**
     * Refuses a version that the library cannot run on, and logs a warning of one that it was not tested with.
     *
     * @throws CounterCacheException if the version is older or newer than all that are supported
     */
    public void require() {
        if (major == 0) {
            warn("the version of Hibernate in %s is not known: Counter Cache needs %s".formatted(place(), range()));
            return;
        }
        if (isBefore(OLDEST) || NEWEST.stream().noneMatch(newest -> newest.major == major)) {
            throw new CounterCacheException(
                    "Counter Cache needs %s, found %s in %s: Spring Boot 3.4 to 4.1 and Quarkus 3.15 to 3.37 have a fitting one; or set %s to false"
                            .formatted(range(), text, place(), Settings.ENABLED));
        }
        if (NEWEST.stream().anyMatch(newest -> newest.major == major && newest.isBefore(this))) {
            warn("Counter Cache was tested with %s, found %s in %s: look for a newer Counter Cache"
                    .formatted(range(), text, place()));
        }
    }

    private static void warn(String message) {
        if (WARNED.isFirst(message)) {
            LOG.warn(message);
        }
    }

    private static String range() {
        return "Hibernate %s to %s".formatted(OLDEST, NEWEST.get(NEWEST.size() - 1));
    }

    private static String place() {
        CodeSource source = Version.class.getProtectionDomain().getCodeSource();
        URL location = source == null ? null : source.getLocation();
        return location == null ? "an unknown place" : location.toString();
    }

    private boolean isBefore(HibernateVersion other) {
        return major != other.major ? major < other.major : minor < other.minor;
    }

    @Override
    public String toString() {
        return text;
    }
}

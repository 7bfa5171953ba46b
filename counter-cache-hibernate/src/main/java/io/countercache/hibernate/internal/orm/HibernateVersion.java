package io.countercache.hibernate.internal.orm;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.hibernate.Version;

/**
 * The version of Hibernate that the application has.
 *
 * @param text the whole name of it
 */
public record HibernateVersion(int major, int minor, String text) implements Comparable<HibernateVersion> {

    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)\\b.*");

    private static final HibernateVersion CURRENT = parse(Version.getVersionString());

    public static HibernateVersion current() {
        return CURRENT;
    }

    /** A text that is no version, as that of a build of one's own may be, is taken for the oldest of all. */
    static HibernateVersion parse(String text) {
        Matcher numbers = NUMBERS.matcher(text);
        return numbers.matches()
                ? new HibernateVersion(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)), text)
                : new HibernateVersion(0, 0, text);
    }

    public boolean isAtLeast(int otherMajor, int otherMinor) {
        return major > otherMajor || (major == otherMajor && minor >= otherMinor);
    }

    @Override
    public int compareTo(HibernateVersion other) {
        return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
    }

    @Override
    public String toString() {
        return text;
    }
}

package io.countercache.hibernate.internal.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The text of a query of Hibernate in which each SELECT, also a nested one, locks the rows that it reads. On MySQL and MariaDB only
 * such a SELECT reads what is there now, whatever the isolation level of the transaction is.
 */
final class LockingReads {

    private static final Pattern OWN_LOCK =
            Pattern.compile(" (for update|for share|lock in share mode)\\b[^()'\"`]*$", Pattern.CASE_INSENSITIVE);
    private static final String UNION = " union ";
    private static final String ALL = "all ";

    private final String sql;
    private final String lock;

    private LockingReads(String sql, String lock) {
        this.sql = sql;
        this.lock = lock;
    }

    /** @param lock the end of a SELECT that locks; a query that has a lock of its own at its end keeps that */
    static String of(String sql, String lock) {
        Matcher own = OWN_LOCK.matcher(sql);
        int end = own.find() ? own.start() : sql.length();
        String query = new LockingReads(sql, lock).nested(0, end);
        return end == sql.length() ? query + lock : query + sql.substring(end);
    }

    /** A part of the text, with a lock for each SELECT in parentheses. */
    private String nested(int from, int end) {
        StringBuilder result = new StringBuilder();
        int at = from;
        while (at < end) {
            char next = sql.charAt(at);
            if (isQuote(next)) {
                int close = sql.indexOf(next, at + 1) + 1;
                result.append(sql, at, close);
                at = close;
            } else if (next == '(') {
                int close = close(at);
                String inner = nested(at + 1, close);
                result.append('(')
                        .append(isSelect(at + 1) ? locked(inner) : inner)
                        .append(')');
                at = close + 1;
            } else {
                result.append(next);
                at++;
            }
        }
        return result.toString();
    }

    private boolean isSelect(int at) {
        return sql.regionMatches(true, at, "select ", 0, 7);
    }

    private static boolean isQuote(char character) {
        return character == '\'' || character == '`' || character == '"';
    }

    /** Where the parenthesis that opens here closes. */
    private int close(int open) {
        int depth = 0;
        for (int at = open; ; at++) {
            char next = sql.charAt(at);
            if (isQuote(next)) {
                at = sql.indexOf(next, at + 1);
            } else if (next == '(') {
                depth++;
            } else if (next == ')' && --depth == 0) {
                return at;
            }
        }
    }

    /** A SELECT with its lock. Each of a union has its own, and parentheses around it. */
    private String locked(String select) {
        List<String> parts = parts(select);
        if (parts.size() == 1) {
            return select + lock;
        }
        StringBuilder union = new StringBuilder();
        for (String part : parts) {
            boolean isAll = part.startsWith(ALL);
            union.append(union.isEmpty() ? "" : UNION + (isAll ? ALL : ""))
                    .append('(')
                    .append(isAll ? part.substring(ALL.length()) : part)
                    .append(lock)
                    .append(')');
        }
        return union.toString();
    }

    /** The SELECTs of a union; those in parentheses are none of it. */
    private static List<String> parts(String select) {
        List<String> parts = new ArrayList<>();
        int depth = 0;
        int begin = 0;
        for (int at = 0; at < select.length(); at++) {
            char next = select.charAt(at);
            depth += next == '(' ? 1 : next == ')' ? -1 : 0;
            if (depth == 0 && select.regionMatches(true, at, UNION, 0, UNION.length())) {
                parts.add(select.substring(begin, at));
                begin = at + UNION.length();
            }
        }
        parts.add(select.substring(begin));
        return parts;
    }
}

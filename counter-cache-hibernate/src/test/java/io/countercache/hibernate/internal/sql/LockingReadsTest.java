package io.countercache.hibernate.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LockingReadsTest {

    private static String locking(String sql) {
        return LockingReads.of(sql, " lock in share mode");
    }

    @Test
    void aSelectLocks() {
        assertThat(locking("select c.id from comment c where c.id in (?,?)"))
                .isEqualTo("select c.id from comment c where c.id in (?,?) lock in share mode");
    }

    @Test
    void eachNestedSelectLocks() {
        assertThat(
                        locking(
                                "select p.id,(select count(*) from comment c where c.post_id=p.id and exists(select 1 from tag t)) from post p"))
                .isEqualTo(
                        "select p.id,(select count(*) from comment c where c.post_id=p.id and exists(select 1 from tag t lock in share mode) lock in share mode) from post p lock in share mode");
    }

    @Test
    void eachSelectOfAUnionLocks() {
        assertThat(locking("select a.id from (select id from one where (n>0) union all select id from other) a"))
                .isEqualTo(
                        "select a.id from ((select id from one where (n>0) lock in share mode) union all (select id from other lock in share mode)) a lock in share mode");
    }

    @Test
    void aStrongerLockStays() {
        assertThat(locking("select c.id from comment c where exists (select 1 from post) order by c.id for update"))
                .isEqualTo(
                        "select c.id from comment c where exists (select 1 from post lock in share mode) order by c.id for update");
    }

    @Test
    void textInQuotesIsNoSql() {
        assertThat(locking("select '(select it''s ) union ' from `for update (` where a in (1)"))
                .isEqualTo("select '(select it''s ) union ' from `for update (` where a in (1) lock in share mode");
    }

    @Test
    void textInQuotesIsNoUnion() {
        assertThat(locking("select a from (select 'one union (two' from t) b"))
                .isEqualTo("select a from (select 'one union (two' from t lock in share mode) b lock in share mode");
    }
}

package io.countercache.hibernate;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.hibernate.support.BeforeHibernate;
import io.countercache.hibernate.support.HibernateVersions;
import io.countercache.hibernate.support.SinceHibernate;
import org.junit.jupiter.api.Test;

/** A run that says on which version of Hibernate it is says the truth, and skips what that version lacks. */
class HibernateVersionsTest {

    @Test
    void theTestsRunOnTheVersionThatTheRunNames() {
        assertThat(HibernateVersions.CURRENT)
                .isEqualTo(System.getProperty("test.hibernate", HibernateVersions.CURRENT));
    }

    @Test
    @SinceHibernate("7.2")
    void whatIsNewRunsOnNewVersions() {
        assertThat(HibernateVersions.CURRENT)
                .doesNotStartWith("6.")
                .doesNotStartWith("7.0")
                .doesNotStartWith("7.1");
    }

    @Test
    @BeforeHibernate("7.2")
    void whatIsRefusedOnOldVersionsIsShownThere() {
        assertThat(HibernateVersions.CURRENT).containsPattern("^(6\\.|7\\.[01]\\.)");
    }
}

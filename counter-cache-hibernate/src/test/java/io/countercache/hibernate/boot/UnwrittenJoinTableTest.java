package io.countercache.hibernate.boot;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.BeforeHibernate;
import io.countercache.hibernate.support.Boot;
import io.countercache.hibernate.support.SinceHibernate;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToOne;
import org.junit.jupiter.api.Test;

/** A to-one in a join table without a name, whose rows Hibernate does not write before 7.1. */
class UnwrittenJoinTableTest {

    @Entity(name = "Tree")
    static class Tree {
        @Id
        Long id;

        int leavesCount;
        int namedCount;
    }

    @Entity(name = "Leaf")
    static class Leaf {
        @Id
        Long id;

        @ManyToOne
        @JoinTable
        @CounterCache("leavesCount")
        Tree tree;
    }

    @Entity(name = "Named")
    static class Named {
        @Id
        Long id;

        @ManyToOne
        @JoinTable(name = "named_tree")
        @CounterCache("namedCount")
        Tree tree;
    }

    @Test
    @BeforeHibernate("7.1")
    void isRefusedWhereItIsNotWritten() {
        Boot.refused(
                "Leaf.tree: Leaf.tree is in a @JoinTable without a name, whose rows this version of Hibernate does not write: give it a name",
                Tree.class,
                Leaf.class);
    }

    @Test
    @SinceHibernate("7.1")
    void isCountedWhereItIs() {
        Boot.build(Tree.class, Leaf.class);
    }

    @Test
    void isCountedWithAName() {
        Boot.build(Tree.class, Named.class);
    }
}

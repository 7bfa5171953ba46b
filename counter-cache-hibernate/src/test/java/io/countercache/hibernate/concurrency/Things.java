package io.countercache.hibernate.concurrency;

import io.countercache.CounterCache;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.MappedSuperclass;
import jakarta.persistence.OneToOne;
import jakarta.persistence.SecondaryTable;
import jakarta.persistence.Version;
import java.util.List;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.annotations.OptimisticLock;
import org.hibernate.annotations.OptimisticLockType;
import org.hibernate.annotations.OptimisticLocking;
import org.hibernate.annotations.SQLDelete;
import org.hibernate.annotations.SQLRestriction;
import org.hibernate.annotations.SQLUpdate;
import org.hibernate.annotations.SoftDelete;

/** The same child, mapped in every way that matters to how its statements find their row. */
final class Things {

    private Things() {}

    static final List<Class<? extends Thing>> ALL = List.of(
            Versioned.class,
            Excluded.class,
            Unlocked.class,
            UnlockedVersion.class,
            AllCompared.class,
            DirtyCompared.class,
            Joined.class,
            JoinedMore.class,
            Apart.class,
            ApartMore.class,
            SingleMore.class,
            OwnDelete.class,
            OwnUpdate.class,
            Soft.class,
            VersionedSoft.class,
            Marked.class,
            Elsewhere.class,
            One.class);

    @Entity(name = "Box")
    static class Box {
        @Id
        Long id;

        int versionedCount;
        int excludedCount;
        int unlockedCount;
        int unlockedVersionCount;
        int allCount;
        int dirtyCount;
        int joinedCount;
        int apartCount;
        int singleCount;
        int ownDeleteCount;
        int ownUpdateCount;
        int softCount;
        int versionedSoftCount;
        int markedCount;
        int elsewhereCount;
        int oneCount;

        Box() {}

        Box(long id) {
            this.id = id;
        }
    }

    @MappedSuperclass
    abstract static class Thing {
        @Id
        Long id;

        String text;

        abstract void putInto(Box box);
    }

    @MappedSuperclass
    abstract static class VersionedThing extends Thing {
        @Version
        int version;
    }

    @Entity(name = "Versioned")
    static class Versioned extends VersionedThing {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("versionedCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }

    @Entity(name = "Excluded")
    static class Excluded extends VersionedThing {
        @ManyToOne(fetch = FetchType.LAZY)
        @OptimisticLock(excluded = true)
        @CounterCache("excludedCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }

    @Entity(name = "Unlocked")
    @OptimisticLocking(type = OptimisticLockType.NONE)
    static class Unlocked extends Thing {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("unlockedCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }

    /** Has a version that no statement asks for. */
    @Entity(name = "UnlockedVersion")
    @OptimisticLocking(type = OptimisticLockType.NONE)
    static class UnlockedVersion extends VersionedThing {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("unlockedVersionCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }

    @Entity(name = "AllCompared")
    @DynamicUpdate
    @OptimisticLocking(type = OptimisticLockType.ALL)
    static class AllCompared extends Thing {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("allCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }

    @Entity(name = "DirtyCompared")
    @DynamicUpdate
    @OptimisticLocking(type = OptimisticLockType.DIRTY)
    static class DirtyCompared extends Thing {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("dirtyCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }

    @Entity(name = "Joined")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Joined extends Thing {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("joinedCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }

    @Entity(name = "JoinedMore")
    static class JoinedMore extends Joined {
        String more;
    }

    @Entity(name = "Apart")
    @Inheritance(strategy = InheritanceType.TABLE_PER_CLASS)
    static class Apart extends Thing {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("apartCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }

    @Entity(name = "ApartMore")
    static class ApartMore extends Apart {
        String more;
    }

    @Entity(name = "Single")
    abstract static class Single extends Thing {}

    @Entity(name = "SingleMore")
    static class SingleMore extends Single {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("singleCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }

    @Entity(name = "OwnDelete")
    @SQLDelete(sql = "delete from own_delete where id = ?")
    static class OwnDelete extends Thing {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("ownDeleteCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }

    @Entity(name = "OwnUpdate")
    @SQLUpdate(sql = "update own_update set box_id = ?, text = ? where id = ?")
    static class OwnUpdate extends Thing {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("ownUpdateCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }

    @Entity(name = "Soft")
    @SoftDelete
    static class Soft extends Thing {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("softCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }

    @Entity(name = "VersionedSoft")
    @SoftDelete
    static class VersionedSoft extends VersionedThing {
        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("versionedSoftCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }

    @Entity(name = "Marked")
    @SQLDelete(sql = "update marked set deleted = true where id = ? and version = ?")
    @SQLRestriction("deleted = false")
    static class Marked extends VersionedThing {
        boolean deleted;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache("markedCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }

    @Entity(name = "Elsewhere")
    @SecondaryTable(name = "placement")
    static class Elsewhere extends Thing {
        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(table = "placement")
        @CounterCache("elsewhereCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }

    @Entity(name = "One")
    static class One extends Thing {
        @OneToOne(fetch = FetchType.LAZY)
        @CounterCache("oneCount")
        Box box;

        @Override
        void putInto(Box other) {
            box = other;
        }
    }
}

package io.countercache.hibernate.slots;

import io.countercache.CounterCache;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.ManyToOne;
import java.math.BigDecimal;
import org.hibernate.LockMode;
import org.hibernate.Session;

@Entity(name = "Reply")
class Reply {
    @Id
    @GeneratedValue(strategy = GenerationType.SEQUENCE)
    Long id;

    @Column(precision = 12, scale = 2)
    BigDecimal price = new BigDecimal("1.25");

    boolean pinned;

    @ManyToOne(fetch = FetchType.LAZY)
    @CounterCache(value = "repliesCount", slots = 4, size = true)
    @CounterCache(value = "paidTotal", sum = "price", slots = 4)
    @CounterCache(value = "pinsCount", where = "pinned = true")
    Page page;

    Reply() {}

    Reply(Page page) {
        this.page = page;
    }

    /** Removes one that nobody else is removing. */
    static void removeFirst(long page, Session session) {
        session.createSelectionQuery("from Reply r where r.page.id = :page order by r.id", Reply.class)
                .setParameter("page", page)
                .setHibernateLockMode(LockMode.UPGRADE_SKIPLOCKED)
                .setMaxResults(1)
                .getResultList()
                .forEach(session::remove);
    }
}

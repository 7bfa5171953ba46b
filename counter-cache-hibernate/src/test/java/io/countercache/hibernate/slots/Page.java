package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.Counter;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Table;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.SessionFactory;

/** A page with hot counters: of replies, of what is paid, of views, and a plain one of pins beside them. */
@Entity(name = "Page")
@Table(name = "page_views")
class Page {
    @Id
    @GeneratedValue(strategy = GenerationType.SEQUENCE)
    Long id;

    String title = "a page";

    int repliesCount;

    @Column(precision = 12, scale = 2)
    BigDecimal paidTotal = BigDecimal.ZERO;

    int pinsCount;

    /** Its column is a part of the name of its table of slots. */
    @Counter(slots = 4)
    long views;

    @OneToMany(mappedBy = "page", cascade = CascadeType.REMOVE)
    List<Reply> replies = new ArrayList<>();

    /** Reads the number of replies and counts them, in one statement. */
    static void requireRightInOneStatement(SessionFactory factory) {
        factory.inTransaction(session -> assertThat(session.createSelectionQuery(
                                "select p.repliesCount - (select count(r) from Reply r where r.page = p) from Page p",
                                Number.class)
                        .getResultList())
                .allSatisfy(difference -> assertThat(difference.intValue()).isZero()));
    }
}

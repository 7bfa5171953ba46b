package io.countercache.hibernate.slots;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.hibernate.CounterCaches;
import io.countercache.hibernate.CounterRepair;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.IdClass;
import jakarta.persistence.Inheritance;
import jakarta.persistence.InheritanceType;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderBy;
import jakarta.persistence.SecondaryTable;
import jakarta.persistence.Table;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.hibernate.Session;
import org.hibernate.annotations.SecondaryRow;
import org.hibernate.annotations.SoftDelete;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Whatever table and key a row has, its slots are found by it. */
@Tag("databases")
class SlotMappingsTest {

    @RegisterExtension
    final TestDatabase db = TestDatabase.with(
            Shelf.class,
            Shop.class,
            Branch.class,
            Visit.class,
            Offer.class,
            OfferView.class,
            Seat.class,
            Booking.class,
            Profile.class,
            Follow.class,
            Room.class,
            Guest.class);

    /** Its counter is in the table of the subclass. */
    @Entity(name = "Shop")
    @Inheritance(strategy = InheritanceType.JOINED)
    static class Shop {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String name = "a shop";

        @ManyToOne(fetch = FetchType.LAZY)
        Shelf shelf;
    }

    @Entity(name = "Branch")
    static class Branch extends Shop {
        int visitsCount;

        @Counter(slots = 3)
        long clicks;
    }

    @Entity(name = "Visit")
    static class Visit {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(slots = 3)
        Branch branch;
    }

    @Entity(name = "Shelf")
    static class Shelf {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @OneToMany(mappedBy = "shelf")
        @OrderBy("clicks desc")
        List<Branch> branches = new ArrayList<>();
    }

    /** Hibernate sorts the columns of the key by their size, and those of its attributes by their name. */
    @Embeddable
    static class OfferKey implements Serializable {
        private static final long serialVersionUID = 1;

        @Column(length = 40)
        String article;

        long number;
        int term;

        OfferKey() {}

        OfferKey(String article, long number, int term) {
            this.article = article;
            this.number = number;
            this.term = term;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof OfferKey key
                    && key.article.equals(article)
                    && key.number == number
                    && key.term == term;
        }

        @Override
        public int hashCode() {
            return Objects.hash(article, number, term);
        }
    }

    @Entity(name = "Offer")
    static class Offer {
        @EmbeddedId
        OfferKey id;

        int viewsCount;

        @Counter(slots = 3)
        int stars;
    }

    @Entity(name = "OfferView")
    static class OfferView {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(value = "viewsCount", slots = 3)
        Offer offer;
    }

    /** Everything in quotes. */
    @Entity(name = "Seat")
    @Table(name = "`Seat Plan`")
    @IdClass(SeatId.class)
    static class Seat {
        @Id
        @Column(name = "`The Line`", length = 20)
        String line;

        @Id
        @Column(name = "`Place`")
        int place;

        @Column(name = "`Booking Count`")
        int bookingsCount;
    }

    static class SeatId implements Serializable {
        private static final long serialVersionUID = 1;

        String line;
        int place;

        SeatId() {}

        SeatId(String line, int place) {
            this.line = line;
            this.place = place;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof SeatId id && id.line.equals(line) && id.place == place;
        }

        @Override
        public int hashCode() {
            return Objects.hash(line, place);
        }
    }

    @Entity(name = "Booking")
    static class Booking {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(slots = 2)
        Seat seat;
    }

    @Entity(name = "Profile")
    @SecondaryTable(name = "profile_figures")
    @SecondaryRow(table = "profile_figures", optional = false)
    static class Profile {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String nick = "a nick";

        @Column(table = "profile_figures")
        int followsCount;
    }

    @Entity(name = "Follow")
    static class Follow {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(slots = 2)
        Profile profile;
    }

    @Entity(name = "Room")
    @SoftDelete
    static class Room {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        int guestsCount;
    }

    @Entity(name = "Guest")
    @SoftDelete
    static class Guest {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @ManyToOne
        @CounterCache(slots = 2)
        Room room;
    }

    private void requireClean(Class<?> parent) {
        CounterRepair.verifyAll(db.factory()).requireClean();
        CounterRepair.of(db.factory(), parent).squash();
        CounterRepair.verifyAll(db.factory()).requireClean();
    }

    @Test
    void inTheTableOfASubclass() {
        Shelf shelf = db.persist(new Shelf());
        Branch branch = new Branch();
        branch.shelf = shelf;
        db.persist(branch);
        db.persist(new Shop());
        db.inTransaction(session -> {
            Visit visit = new Visit();
            visit.branch = session.getReference(Branch.class, branch.id);
            session.persist(visit);
            CounterCaches.of(session).on(Branch.class, branch.id).increment("clicks", 7);
        });
        db.inTransaction(session -> {
            assertThat(((Branch) session.find(Shop.class, branch.id)).visitsCount)
                    .isEqualTo(1);
            assertThat(session.createSelectionQuery("from Shop s where treat(s as Branch).clicks = 7", Shop.class)
                            .getResultList())
                    .hasSize(1);
            assertThat(session.createSelectionQuery("from Shop", Shop.class).getResultList())
                    .hasSize(2);
            session.find(Branch.class, branch.id).name = "another name";
            session.find(Branch.class, branch.id).clicks = 99;
        });
        db.inTransaction(session ->
                assertThat(session.find(Branch.class, branch.id).clicks).isEqualTo(7));
        requireClean(Branch.class);
        db.inTransaction(session -> assertThat(
                        CounterCaches.of(session).on(Branch.class, branch.id).take("clicks", 3))
                .isEqualTo(4));
    }

    @Test
    void aCollectionThatIsOrderedByACounterIsOrderedByTheWholeValue() {
        Shelf shelf = db.persist(new Shelf());
        List<Branch> branches = List.of(new Branch(), new Branch(), new Branch());
        branches.forEach(branch -> {
            branch.shelf = shelf;
            db.persist(branch);
        });
        int[] clicks = {2, 9, 4};
        for (int i = 0; i < clicks.length; i++) {
            long id = branches.get(i).id;
            int by = clicks[i];
            db.inTransaction(
                    session -> CounterCaches.of(session).on(Branch.class, id).increment("clicks", by));
        }
        db.inTransaction(session -> assertThat(session.find(Shelf.class, shelf.id).branches)
                .extracting(branch -> branch.clicks)
                .containsExactly(9L, 4L, 2L));
    }

    @Test
    void ofAnEmbeddedIdWhoseColumnsHibernateSorts() {
        OfferKey one = new OfferKey("2026", 7, 2025);
        OfferKey other = new OfferKey("a", 2025, 7);
        for (OfferKey key : List.of(one, other)) {
            Offer offer = new Offer();
            offer.id = key;
            db.persist(offer);
        }
        for (OfferKey key : List.of(one, other, other)) {
            db.inTransaction(session -> {
                OfferView view = new OfferView();
                view.offer = session.getReference(Offer.class, key);
                session.persist(view);
                CounterCaches.of(session).on(Offer.class, key).increment("stars");
            });
        }
        db.inTransaction(session -> {
            assertThat(session.find(Offer.class, other).viewsCount).isEqualTo(2);
            assertThat(session.find(Offer.class, one).stars).isEqualTo(1);
            assertThat(CounterCaches.of(session).on(Offer.class, other).take("stars", 1))
                    .isEqualTo(1);
        });
        requireClean(Offer.class);
        db.inTransaction(session ->
                assertThat(session.find(Offer.class, other).viewsCount).isEqualTo(2));
    }

    @Test
    void ofNamesInQuotes() {
        Seat seat = new Seat();
        seat.line = "A";
        seat.place = 12;
        db.persist(seat);
        db.inTransaction(session -> {
            Booking booking = new Booking();
            booking.seat = session.getReference(Seat.class, new SeatId("A", 12));
            session.persist(booking);
        });
        db.inTransaction(session -> assertThat(session.find(Seat.class, new SeatId("A", 12)).bookingsCount)
                .isEqualTo(1));
        requireClean(Seat.class);
    }

    @Test
    void inASecondaryTable() {
        Profile profile = db.persist(new Profile());
        db.inTransaction(session -> {
            Follow follow = new Follow();
            follow.profile = session.getReference(Profile.class, profile.id);
            session.persist(follow);
        });
        db.inTransaction(session -> {
            Profile found = session.find(Profile.class, profile.id);
            assertThat(found.followsCount).isEqualTo(1);
            found.nick = "another nick";
        });
        requireClean(Profile.class);
        db.inTransaction(session -> session.remove(
                session.createSelectionQuery("from Follow", Follow.class).getSingleResult()));
        db.inTransaction(session -> session.remove(session.find(Profile.class, profile.id)));
    }

    @Test
    void ofRowsThatAreDeletedSoftly() {
        Room room = db.persist(new Room());
        List<Guest> guests = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Guest guest = new Guest();
            guest.room = room;
            guests.add(db.persist(guest));
        }
        db.inTransaction(session -> session.remove(session.find(Guest.class, guests.get(0).id)));
        db.inTransaction(session ->
                assertThat(session.find(Room.class, room.id).guestsCount).isEqualTo(2));
        requireClean(Room.class);
    }

    @Test
    void queriesGroupAndSumWholeValues() {
        for (int stars : new int[] {3, 5, 3}) {
            Offer offer = new Offer();
            offer.id = new OfferKey("x", stars, (int) db.number("select count(*) from offer"));
            db.persist(offer);
            db.inTransaction(session ->
                    CounterCaches.of(session).on(Offer.class, offer.id).increment("stars", stars));
        }
        db.inTransaction(session -> {
            assertThat(list("select sum(o.stars) from Offer o", Long.class, session))
                    .containsExactly(11L);
            assertThat(list("select o.stars from Offer o group by o.stars order by o.stars", Integer.class, session))
                    .containsExactly(3, 5);
            assertThat(list(
                            "select o.stars, count(*) from Offer o group by o.stars having count(*) = 1",
                            Object[].class,
                            session))
                    .containsExactly(new Object[] {5, 1L});
            assertThat(list("select distinct o from Offer o order by o.stars desc", Offer.class, session))
                    .hasSize(3);
            assertThat(list("select max(o.stars) from Offer o where o.stars between 3 and 4", Integer.class, session))
                    .containsExactly(3);
        });
    }

    @Test
    void aWholeNumberStaysOneInQueries() {
        Offer offer = new Offer();
        offer.id = new OfferKey("x", 1, 1);
        db.persist(offer);
        db.inTransaction(
                session -> CounterCaches.of(session).on(Offer.class, offer.id).increment("stars", 7));
        db.inTransaction(session -> {
            assertThat(list("select repeat('*', o.stars) from Offer o", String.class, session))
                    .containsExactly("*******");
            assertThat(list("select cast(o.stars as String) from Offer o", String.class, session))
                    .containsExactly("7");
            assertThat(list("select mod(o.stars, 4) from Offer o", Integer.class, session))
                    .containsExactly(3);
        });
    }

    private static <R> List<R> list(String hql, Class<R> type, Session session) {
        return session.createSelectionQuery(hql, type).getResultList();
    }
}

package io.countercache.hibernate.boot;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.Counter;
import io.countercache.CounterCache;
import io.countercache.CounterMappingException;
import jakarta.persistence.Column;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Embeddable;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToOne;
import java.math.BigDecimal;
import java.time.LocalDateTime;
import java.util.List;
import org.hibernate.annotations.Formula;
import org.hibernate.annotations.NotFound;
import org.hibernate.annotations.NotFoundAction;
import org.junit.jupiter.api.Test;

/** How a path, a sum and a condition that cannot be followed are refused. */
class DeclaredOptionsTest {

    @Entity(name = "Poll")
    static class Poll {
        @Id
        long id;

        int ballotsCount;
        int votesCount;
    }

    @Entity(name = "Region")
    static class Region {
        @Id
        long id;

        int votersCount;
        long agesTotal;
        double heightsTotal;

        @Column(precision = 10, scale = 1)
        BigDecimal incomesTotal;

        float votesCount;
    }

    @Entity(name = "Town")
    static class Town {
        @Id
        long id;

        @ManyToOne
        Region region;

        @ManyToOne
        @NotFound(action = NotFoundAction.IGNORE)
        Region lost;

        @ManyToOne
        @JoinTable
        Region joined;

        @ManyToOne
        @JoinColumn(name = "region_id", insertable = false, updatable = false)
        Region shown;

        String name;
    }

    @Entity(name = "Voter")
    static class Voter {
        @Id
        long id;

        int age;
        String name;
        Float height;
        BigDecimal income;

        @Formula("age * 2")
        int doubled;

        @ManyToOne
        @CounterCache(value = "votersCount", path = "nowhere")
        @CounterCache(value = "votersCount", path = "name")
        @CounterCache(value = "votersCount", path = "region.id")
        @CounterCache(value = "votersCount", path = "lost")
        @CounterCache(value = "votersCount", path = "joined")
        @CounterCache(value = "votersCount", path = "shown")
        @CounterCache(path = "region", value = "missing")
        @CounterCache(path = "region", value = "agesTotal", sum = "nothing")
        @CounterCache(path = "region", value = "agesTotal", sum = "name")
        @CounterCache(path = "region", value = "agesTotal", sum = "doubled")
        @CounterCache(path = "region", value = "agesTotal", sum = "height")
        @CounterCache(path = "region", value = "heightsTotal", sum = "age")
        @CounterCache(path = "region", value = "incomesTotal", sum = "income")
        @CounterCache(path = "region", value = "agesTotal", sum = "income")
        @CounterCache(path = "region", value = "votesCount")
        Town town;
    }

    @Test
    void pathsThatLeadNowhereAndSumsThatWouldBeWrongAreRefused() {
        assertThatThrownBy(() -> DeclarationTest.read(Voter.class, Town.class, Region.class))
                .hasMessage("""
                        Cannot start: 15 wrong counter declarations
                          - Voter.town: 'path': Town has no to-one 'nowhere': name one of joined, lost, region, shown
                          - Voter.town: 'path': Town has no to-one 'name': name one of joined, lost, region, shown
                          - Voter.town: 'path': Region has no to-one 'id': end the path before
                          - Voter.town: 'path': Town.lost may refer to missing rows: remove @NotFound, and add a foreign key
                          - Voter.town: 'path': Town.joined is in a separate table, where there may be no row to lock: map it by a column
                          - Voter.town: 'path': Town.shown does not write its column: name the association that does
                          - Voter.town: Region has no attribute 'missing': add it, or name one of its numeric attributes: agesTotal, incomesTotal, votersCount
                          - Voter.town: 'sum': Voter has no numeric attribute 'nothing': name one of age, doubled, height, income
                          - Voter.town: 'sum': Voter has no numeric attribute 'name': name one of age, doubled, height, income
                          - Voter.town: 'sum': Voter.doubled is computed by the database: name an attribute that is written as it is
                          - Voter.town: 'sum': Voter.height is of type Float, which Region.agesTotal cannot total: make that a double
                          - Voter.town: 'sum': Voter.age is of type Integer, which Region.heightsTotal would total with rounding errors: make that a long
                          - Voter.town: 'sum': Voter.income has 2 digits after the point, which Region.incomesTotal cannot hold: make that a BigDecimal with as many
                          - Voter.town: 'sum': Voter.income has 2 digits after the point, which Region.agesTotal cannot hold: make that a BigDecimal with as many
                          - Voter.town: Region.votesCount is of type Float, which can only hold a total: make it a long, or add 'sum'""");
    }

    @Entity(name = "Ballot")
    static class Ballot {
        @Id
        long id;

        boolean valid;

        @ManyToOne
        @CounterCache(where = "valid and nothing = 1")
        @CounterCache(value = "votesCount", where = "length(poll) > 1")
        Poll poll;
    }

    @Test
    void conditionsThatCannotBeReadAreReportedTogether() {
        assertThatThrownBy(() -> DeclarationTest.read(Ballot.class, Poll.class))
                .isInstanceOf(CounterMappingException.class)
                .hasMessageStartingWith("Cannot start: 2 wrong counter declarations\n  - Ballot.poll: 'where': ");
    }

    @Embeddable
    static class Stats {
        @Counter
        int visits;

        int cows;

        LocalDateTime at;
    }

    @Embeddable
    static class Fence {
        @ManyToOne
        @CounterCache(value = "fencesCount")
        Farm neighbour;
    }

    @Entity(name = "Farm")
    static class Farm {
        @Id
        long id;

        Stats stats;

        int fencesCount;

        @ElementCollection
        List<Fence> fences;
    }

    @Entity(name = "Cow")
    static class Cow {
        @Id
        long id;

        @ManyToOne
        @CounterCache("stats.cows")
        @CounterCache(value = "fencesCount", touch = "stats.at")
        Farm farm;
    }

    @Test
    void countersAndWhatTheyTouchAreAttributesOfTheEntityItself() {
        assertThatThrownBy(() -> DeclarationTest.read(Cow.class, Farm.class)).hasMessage("""
                        Cannot start: 4 wrong counter declarations
                          - Cow.farm: Farm.stats.cows is in an embeddable or in the identifier: move it to the entity itself
                          - Cow.farm: 'touch': Farm.stats.at is in an embeddable or in the identifier: move it to the entity itself
                          - Farm.fences: is in an element of a collection, whose rows cannot be followed: make the element an entity
                          - Farm.stats.visits: Farm.stats.visits is in an embeddable or in the identifier: move it to the entity itself""");
    }

    @Entity(name = "Kiosk")
    static class Kiosk {
        @Id
        long id;

        @Counter(min = 5, max = 3)
        int visits;

        @Counter
        int salesCount;
    }

    @Entity(name = "Sale")
    static class Sale {
        @Id
        long id;

        @ManyToOne
        @CounterCache
        Kiosk kiosk;
    }

    @Test
    void aCounterIsEitherDerivedOrFreeAndHasRoomBetweenItsLimits() {
        assertThatThrownBy(() -> DeclarationTest.read(Kiosk.class, Sale.class))
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("""
                        Cannot start: 2 wrong counter declarations
                          - Kiosk.visits: min 5 is greater than max 3: swap them
                          - Sale.kiosk: its counter 'salesCount' is a @Counter, which is only changed by hand: remove one of the two""");
    }
}

package io.countercache.hibernate.size;

import static io.countercache.hibernate.support.Boot.refused;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.countercache.CounterCache;
import io.countercache.CounterMappingException;
import io.countercache.hibernate.size.Rooms.OwnType;
import io.countercache.hibernate.support.Boot;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToMany;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.OrderColumn;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.hibernate.annotations.Any;
import org.hibernate.annotations.AnyDiscriminatorValue;
import org.hibernate.annotations.AnyKeyJavaClass;
import org.hibernate.annotations.CollectionType;
import org.hibernate.annotations.Filter;
import org.hibernate.annotations.FilterDef;
import org.hibernate.annotations.NotFound;
import org.hibernate.annotations.NotFoundAction;
import org.hibernate.annotations.SQLRestriction;
import org.hibernate.annotations.SQLSelect;
import org.junit.jupiter.api.Test;

/** {@code size = true} where the counter cannot tell the size of a collection. Nothing here sends SQL. */
class SizeDeclarationTest {

    @Entity(name = "Yard")
    static class Yard {
        @Id
        Long id;

        @OneToMany(mappedBy = "yard")
        List<Dog> dogs = new ArrayList<>();

        int dogsCount;
        long yearsTotal;
    }

    @Entity(name = "Dog")
    static class Dog {
        @Id
        Long id;

        int years;

        @ManyToOne
        @CounterCache(value = "dogsCount", where = "years > 1", size = true)
        @CounterCache(value = "yearsTotal", sum = "years", size = true)
        Yard yard;
    }

    @Test
    void aCounterOfSomeOfTheChildrenOrATotalTellsNone() {
        assertThatThrownBy(() -> Boot.build(Yard.class, Dog.class))
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("""
                        Cannot start: 2 wrong counter declarations
                          - Dog.yard: a counter with 'where' tells the size of no collection: remove 'size = true'
                          - Dog.yard: a counter with 'sum' tells the size of no collection: remove 'size = true'""");
    }

    @Entity(name = "Street")
    static class Street {
        @Id
        Long id;

        int catsCount;
    }

    @Entity(name = "House")
    static class House {
        @Id
        Long id;

        @ManyToOne
        Street street;

        @OneToMany(mappedBy = "house")
        List<Cat> cats = new ArrayList<>();
    }

    @Entity(name = "Cat")
    static class Cat {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(value = "catsCount", path = "street", size = true)
        House house;
    }

    @Test
    void aCounterFurtherUpTellsNone() {
        refused(
                "Cat.house: a counter with 'path' tells the size of no collection: remove 'size = true'",
                Street.class,
                House.class,
                Cat.class);
    }

    @Entity(name = "Fox")
    static class Fox {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(value = "foxesCount", size = true)
        Lair lair;

        @Any
        @AnyKeyJavaClass(Long.class)
        @JoinColumn(name = "place_id")
        @AnyDiscriminatorValue(discriminator = "L", entity = Lair.class)
        @AnyDiscriminatorValue(discriminator = "C", entity = Cave.class)
        @CounterCache(value = "anyCount", size = true)
        Object place;
    }

    @Entity(name = "Cave")
    static class Cave {
        @Id
        Long id;

        int anyCount;
    }

    @Entity(name = "Lair")
    static class Lair {
        @Id
        Long id;

        int foxesCount;
        int anyCount;
    }

    @Test
    void aParentWithoutACollectionHasNone() {
        assertThatThrownBy(() -> Boot.build(Fox.class, Lair.class, Cave.class))
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("""
                        Cannot start: 2 wrong counter declarations
                          - Fox.lair: Lair has no collection that is mapped by it, whose size could be told: remove 'size = true'
                          - Fox.place: an @Any tells the size of no collection: remove 'size = true'""");
    }

    @Entity(name = "Shed")
    @FilterDef(name = "old")
    static class Shed {
        @Id
        Long id;

        @OneToMany(mappedBy = "shed")
        @Filter(name = "old", condition = "old")
        Set<Tool> tools = new HashSet<>();

        @OneToMany(mappedBy = "shed")
        @SQLRestriction("old")
        Set<Tool> oldTools = new HashSet<>();

        @OneToMany(mappedBy = "shed")
        Set<Saw> saws = new HashSet<>();

        int toolsCount;

        @OneToMany(mappedBy = "shed")
        Set<Box> boxes = new HashSet<>();

        int boxesCount;

        @OneToMany(mappedBy = "shed")
        Set<Bin> bins = new HashSet<>();

        int binsCount;

        @ManyToMany
        @CounterCache(size = true)
        @NotFound(action = NotFoundAction.IGNORE)
        Set<Box> lost = new HashSet<>();

        int lostCount;

        @ElementCollection
        @CounterCache(size = true)
        @OrderColumn
        String[] codes = {};

        int codesCount;

        @ElementCollection
        @CounterCache(size = true)
        @CollectionType(type = OwnType.class)
        Collection<String> names = new ArrayList<>();

        int namesCount;

        @ElementCollection
        @CounterCache(size = true)
        @SQLSelect(sql = "select 1")
        List<String> words = new ArrayList<>();

        int wordsCount;
    }

    @Entity(name = "Tool")
    static class Tool {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(value = "toolsCount", size = true)
        Shed shed;
    }

    @Entity(name = "Saw")
    static class Saw extends Tool {}

    @Entity(name = "Box")
    @Filter(name = "old", condition = "old")
    static class Box {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(value = "boxesCount", size = true)
        Shed shed;
    }

    @Entity(name = "Bin")
    @SQLRestriction("old")
    static class Bin {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(value = "binsCount", size = true)
        Shed shed;
    }

    @Test
    void aCollectionThatIsNotAsItIsCountedIsNot() {
        assertThatThrownBy(() -> Boot.build(Shed.class, Tool.class, Saw.class, Box.class, Bin.class))
                .isInstanceOf(CounterMappingException.class)
                .hasMessage("""
                        Cannot start: 7 wrong counter declarations
                          - Bin.shed: Shed.bins has a @SQLRestriction, so it may not have all elements that are counted: remove 'size = true'
                          - Box.shed: Shed.boxes has elements with a @Filter, so it may not have all that are counted: remove 'size = true'
                          - Shed.lost: has @NotFound(IGNORE), so it may not have all elements that are counted: remove 'size = true'
                          - Shed.codes: is an array, which is always loaded: remove 'size = true'
                          - Shed.names: has a @CollectionType of its own: remove 'size = true'
                          - Shed.words: has SQL of its own, so it may not have all elements that are counted: remove 'size = true'
                          - Tool.shed: Shed.tools has a @Filter, so it may not have all elements that are counted: remove 'size = true'""");
    }

    @Entity(name = "Hill")
    static class Hill {
        @Id
        Long id;

        @OneToMany(mappedBy = "hill")
        List<Lamb> lambs = new ArrayList<>();

        int goatsCount;
    }

    @Entity(name = "Goat")
    static class Goat {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(value = "goatsCount", size = true)
        Hill hill;
    }

    @Entity(name = "Lamb")
    static class Lamb extends Goat {}

    @Test
    void aCollectionOfASubclassIsNot() {
        refused(
                "Goat.hill: Hill.lambs has only each Lamb, and each Goat is counted: remove 'size = true'",
                Hill.class,
                Goat.class,
                Lamb.class);
    }

    @Entity(name = "Pen")
    static class Pen {
        @Id
        Long id;

        @OneToMany(mappedBy = "pen")
        @CounterCache(value = "sheepCount", size = true)
        List<Sheep> sheep = new ArrayList<>();

        int sheepCount;
        int allCount;
    }

    @Entity(name = "Sheep")
    static class Sheep {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(value = "allCount", size = true)
        Pen pen;
    }

    @Test
    void oneSizeIsToldByOneCounter() {
        refused(
                "Sheep.pen: the size of Pen.sheep is told by 'sheepCount' of Pen.sheep already: remove 'size = true' from one of the two",
                Pen.class,
                Sheep.class);
    }

    @Entity(name = "Pond")
    static class Pond {
        @Id
        Long id;

        @OneToMany(mappedBy = "pond")
        @CounterCache
        List<Duck> ducks = new ArrayList<>();

        int ducksCount;
    }

    @Entity(name = "Duck")
    static class Duck {
        @Id
        Long id;

        @ManyToOne
        @CounterCache(size = true)
        Pond pond;
    }

    @Test
    void bothSidesSayTheSame() {
        refused(
                "Pond.ducks: has 'size = false', and Duck.pond has 'size = true' for the same counter: make them equal",
                Pond.class,
                Duck.class);
    }
}

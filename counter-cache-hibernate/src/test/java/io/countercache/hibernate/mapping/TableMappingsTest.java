package io.countercache.hibernate.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import io.countercache.CounterCache;
import io.countercache.hibernate.support.TestDatabase;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.JoinTable;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.PrimaryKeyJoinColumn;
import jakarta.persistence.SecondaryTable;
import jakarta.persistence.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.hibernate.annotations.OnDelete;
import org.hibernate.annotations.OnDeleteAction;
import org.hibernate.annotations.SecondaryRow;
import org.hibernate.annotations.SoftDelete;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Associations and counters in tables of every kind and name, and attributes that are reached in other ways than by fields. */
class TableMappingsTest {

    private static final AtomicLong IDS = new AtomicLong();

    private static long next() {
        return IDS.incrementAndGet();
    }

    // ---- other tables than that of the entity ----

    @Entity(name = "Club")
    @SecondaryTable(name = "club_figures", pkJoinColumns = @PrimaryKeyJoinColumn(name = "club_id"))
    @SecondaryRow(table = "club_figures", optional = false)
    static class Club {
        @Id
        Long id = next();

        int membersCount;

        @Column(table = "club_figures")
        Long playersCount;
    }

    @Entity(name = "Member")
    static class Member {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinTable(name = "membership")
        @CounterCache
        Club club;
    }

    @Entity(name = "Player")
    @SecondaryTable(name = "contract", pkJoinColumns = @PrimaryKeyJoinColumn(name = "player_id"))
    static class Player {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(table = "contract")
        @CounterCache
        Club club;
    }

    // ---- the same table ----

    @Entity(name = "Category")
    static class Category {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        Category parent;

        @OneToMany(mappedBy = "parent", cascade = CascadeType.ALL)
        @CounterCache
        List<Category> children = new ArrayList<>();

        int childrenCount;
    }

    // ---- names that have to be quoted ----

    @Entity(name = "Order")
    @Table(name = "`order`")
    static class Order {
        @Id
        @Column(name = "`the id`")
        Long id = next();

        @Column(name = "`number of \u00e9ntries`")
        int linesCount;
    }

    @Entity(name = "Line")
    @Table(name = "`order line`")
    static class Line {
        @Id
        @Column(name = "`select`")
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "`from order`")
        @CounterCache
        Order order;
    }

    // ---- what an application writes in Kotlin, or by its getters ----

    @Entity(name = "Folder")
    public static class Folder {
        private Long folderId = next();
        private Integer documents = 0;

        protected Folder() {}

        @Id
        public Long getId() {
            return folderId;
        }

        public void setId(Long id) {
            this.folderId = id;
        }

        public Integer getDocumentsCount() {
            return documents;
        }

        protected void setDocumentsCount(Integer count) {
            this.documents = count;
        }
    }

    @Entity(name = "Document")
    public static class Document {
        private Long documentId = next();
        private Folder in;

        protected Document() {}

        @Id
        public Long getId() {
            return documentId;
        }

        public void setId(Long id) {
            this.documentId = id;
        }

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        public Folder getFolder() {
            return in;
        }

        public void setFolder(Folder folder) {
            this.in = folder;
        }
    }

    // ---- rows that are deleted in other ways ----

    @Entity(name = "Room")
    @SoftDelete
    static class Room {
        @Id
        Long id = next();

        int chairsCount;
        int tablesCount;

        @OneToMany(mappedBy = "room", cascade = CascadeType.ALL)
        List<Chair> chairs = new ArrayList<>();
    }

    @Entity(name = "Chair")
    @SoftDelete(columnName = "gone")
    static class Chair {
        @Id
        Long id = next();

        @ManyToOne
        @CounterCache
        Room room;
    }

    @Entity(name = "Album")
    static class Album {
        @Id
        Long id = next();

        int photosCount;
    }

    @Entity(name = "Photo")
    static class Photo {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY)
        @OnDelete(action = OnDeleteAction.CASCADE)
        @CounterCache
        Album album;
    }

    // ---- an association that has to be there ----

    @Entity(name = "Track")
    static class Track {
        @Id
        Long id = next();

        @ManyToOne(fetch = FetchType.LAZY, optional = false)
        @JoinColumn(name = "record_id", nullable = false)
        @CounterCache("tracksCount")
        Disc disc;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(name = "record_id", insertable = false, updatable = false)
        Disc sameDisc;

        @Column(name = "record_id", insertable = false, updatable = false)
        Long discId;
    }

    @Entity(name = "Disc")
    static class Disc {
        @Id
        Long id = next();

        int tracksCount;
    }

    @RegisterExtension
    final TestDatabase db = TestDatabase.shared(
            Club.class,
            Member.class,
            Player.class,
            Category.class,
            Order.class,
            Line.class,
            Folder.class,
            Document.class,
            Room.class,
            Chair.class,
            Album.class,
            Photo.class,
            Track.class,
            Disc.class);

    @Test
    void anAssociationWithATableOfItsOwnIsCounted() {
        new CountedLife<>(
                        db,
                        Club.class,
                        Club::new,
                        Member::new,
                        (member, club) -> member.club = club,
                        club -> club.membersCount,
                        "update club set members_count = 9")
                .isNotUpdatedInBulk()
                .isLived();
    }

    @Test
    void anAssociationAndACounterInSecondaryTablesAreCounted() {
        new CountedLife<>(
                        db,
                        Club.class,
                        Club::new,
                        Player::new,
                        (player, club) -> player.club = club,
                        club -> club.playersCount,
                        "update club_figures set players_count = 9")
                .isLived();
    }

    @Test
    void childrenOfTheirOwnKindAreCounted() {
        new CountedLife<>(
                        db,
                        Category.class,
                        Category::new,
                        Category::new,
                        (child, parent) -> child.parent = parent,
                        category -> category.childrenCount,
                        "update category set children_count = 9")
                .isRemovedWithItsParent()
                .isLived();
    }

    @Test
    void aWholeTreeIsPersistedMovedAndRemoved() {
        Category root = new Category();
        Category branch = new Category();
        Category leaf = new Category();
        branch.parent = root;
        leaf.parent = branch;
        root.children.add(branch);
        branch.children.add(leaf);
        db.persist(root);
        assertThat(db.number("select count(*) from category where children_count = 1"))
                .isEqualTo(2);
        db.inTransaction(session ->
                session.find(Category.class, leaf.id).parent = session.getReference(Category.class, root.id));
        assertThat(db.number("select children_count from category where id = " + root.id))
                .isEqualTo(2);
        db.inTransaction(session -> {
            Category itself = session.find(Category.class, leaf.id);
            itself.parent = itself;
        });
        assertThat(db.number("select children_count from category where id = " + leaf.id))
                .isEqualTo(1);
        db.inTransaction(session -> session.find(Category.class, leaf.id).parent = null);
        db.inTransaction(session -> session.remove(session.find(Category.class, root.id)));
        assertThat(db.number("select count(*) from category")).isEqualTo(1);
    }

    @Test
    void namesThatHaveToBeQuotedAreQuoted() {
        new CountedLife<>(
                        db,
                        Order.class,
                        Order::new,
                        Line::new,
                        (line, order) -> line.order = order,
                        order -> order.linesCount,
                        "update \"order\" set \"number of \u00e9ntries\" = 9")
                .isLived();
    }

    @Test
    void gettersOfOpenClassesAreRead() {
        new CountedLife<>(
                        db,
                        Folder.class,
                        Folder::new,
                        Document::new,
                        Document::setFolder,
                        Folder::getDocumentsCount,
                        "update folder set documents_count = 9")
                .isLived();
    }

    @Test
    void rowsThatAreMarkedAsDeletedAreNotCounted() {
        new CountedLife<>(
                        db,
                        Room.class,
                        Room::new,
                        Chair::new,
                        (chair, room) -> chair.room = room,
                        room -> room.chairsCount,
                        "update room set chairs_count = 9")
                .isRemovedWithItsParent()
                .isNotUpdatedInBulk()
                .isLived();
        assertThat(db.number("select count(*) from chair where gone")).isPositive();
    }

    @Test
    void childrenThatTheDatabaseDeletesWithTheirParentNeedNoCount() {
        new CountedLife<>(
                        db,
                        Album.class,
                        Album::new,
                        Photo::new,
                        (photo, album) -> photo.album = album,
                        album -> album.photosCount,
                        "update album set photos_count = 9")
                .isRemovedWithItsParent()
                .isLived();
        assertThat(db.number("select count(*) from photo")).isEqualTo(1);
    }

    @Test
    void ofSeveralAttributesOfOneColumnTheOneThatWritesItIsCounted() {
        new CountedLife<>(
                        db,
                        Disc.class,
                        Disc::new,
                        Track::new,
                        (track, disc) -> track.disc = disc,
                        disc -> disc.tracksCount,
                        "update disc set tracks_count = 9")
                .isNotOptional()
                .isLived();
    }
}

package io.countercache.hibernate.integration;

import io.countercache.CounterCache;
import jakarta.persistence.Basic;
import jakarta.persistence.CascadeType;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OneToMany;
import jakarta.persistence.Version;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.hibernate.annotations.DynamicUpdate;
import org.hibernate.bytecode.enhance.spi.DefaultEnhancementContext;
import org.hibernate.bytecode.enhance.spi.Enhancer;
import org.hibernate.bytecode.internal.BytecodeProviderInitiator;

/**
 * Entities whose bytecode is enhanced, as Hibernate's build plugin would: lazy attributes, inline dirty tracking and
 * management of both sides of an association. What is enhanced is what their own methods do, so all goes through those.
 */
final class EnhancedBlog {

    static {
        Enhancer enhancer =
                BytecodeProviderInitiator.buildDefaultBytecodeProvider().getEnhancer(new DefaultEnhancementContext());
        for (String name : List.of("Page", "Site", "Link", "Mark", "Stamp", "Flag")) {
            String type = EnhancedBlog.class.getName() + "$" + name;
            try (InputStream compiled =
                    EnhancedBlog.class.getResourceAsStream("/" + type.replace('.', '/') + ".class")) {
                MethodHandles.lookup().defineClass(enhancer.enhance(type, compiled.readAllBytes()));
            } catch (IOException | IllegalAccessException e) {
                throw new IllegalStateException(type, e);
            }
        }
    }

    private EnhancedBlog() {}

    /**
     * Defines the enhanced classes in the place of the compiled ones. Fails if one of these is loaded already: a test that
     * calls this must have none of them in a field, or in the signature of a method or a lambda.
     */
    static void enhance() {}

    @Entity(name = "Page")
    static class Page {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @Version
        int version;

        String title;

        @Basic(fetch = FetchType.LAZY)
        String text;

        @Basic(fetch = FetchType.LAZY)
        int linksCount;

        @OneToMany(mappedBy = "page", cascade = CascadeType.ALL, orphanRemoval = true)
        List<Link> links = new ArrayList<>();

        Long id() {
            return id;
        }

        void title(String changed) {
            title = changed;
        }

        String title() {
            return title;
        }

        void text(String changed) {
            text = changed;
        }

        String text() {
            return text;
        }

        int linksCount() {
            return linksCount;
        }

        void linksCount(int assigned) {
            linksCount = assigned;
        }

        List<Link> links() {
            return links;
        }
    }

    /** Without a version and with dynamic updates, an attribute of a proxy is written without loading the entity. */
    @Entity(name = "Site")
    @DynamicUpdate
    static class Site {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @Column(unique = true)
        String host;

        String title;
        Long linksCount;
        short marksCount;
        BigInteger stampsCount;
        int mirrorsCount;
        int flagsCount;

        Site() {}

        Site(String host) {
            this.host = host;
        }

        Long id() {
            return id;
        }

        void title(String changed) {
            title = changed;
        }

        Long linksCount() {
            return linksCount;
        }

        void linksCount(Long assigned) {
            linksCount = assigned;
        }
    }

    @Entity(name = "Link")
    static class Link {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @Version
        int version;

        String url;

        @Basic(fetch = FetchType.LAZY)
        String text;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache(size = true)
        Page page;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Site site;

        Long id() {
            return id;
        }

        Link on(Page to) {
            page = to;
            return this;
        }

        Link to(Site to) {
            site = to;
            return this;
        }

        void url(String changed) {
            url = changed;
        }
    }

    @Entity(name = "Mark")
    static class Mark {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        @Version
        int version;

        String url;

        /** Not by its id: Hibernate makes it a lazy attribute. */
        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(referencedColumnName = "host")
        @CounterCache
        Site site;

        Long id() {
            return id;
        }

        Mark on(Site to) {
            site = to;
            return this;
        }

        Site site() {
            return site;
        }

        void url(String changed) {
            url = changed;
        }
    }

    /** A mark without a version. */
    @Entity(name = "Stamp")
    static class Stamp {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String url;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(referencedColumnName = "host")
        @CounterCache
        Site site;

        @ManyToOne(fetch = FetchType.LAZY)
        @JoinColumn(referencedColumnName = "host")
        @CounterCache("mirrorsCount")
        Site mirror;

        Long id() {
            return id;
        }

        Stamp on(Site to) {
            site = to;
            return this;
        }

        Stamp mirroredOn(Site to) {
            mirror = to;
            return this;
        }

        void url(String changed) {
            url = changed;
        }
    }

    /** An attribute of an instance that is not loaded is written without any other. */
    @Entity(name = "Flag")
    @DynamicUpdate
    static class Flag {
        @Id
        @GeneratedValue(strategy = GenerationType.SEQUENCE)
        Long id;

        String colour;

        @ManyToOne(fetch = FetchType.LAZY)
        @CounterCache
        Site site;

        Long id() {
            return id;
        }

        Flag on(Site to) {
            site = to;
            return this;
        }

        Flag colour(String changed) {
            colour = changed;
            return this;
        }
    }
}

package io.countercache.hibernate.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.FieldVisitor;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/**
 * What is declared in a class file. Names are those of the class file: {@code java/lang/Object}. No class is loaded, as
 * one that names what is missing could not be.
 */
final class ClassFile extends ClassVisitor {

    private static final Map<String, Optional<ClassFile>> READ = new ConcurrentHashMap<>();

    private int access;
    private String superclass;
    private List<String> interfaces = List.of();
    /** By name and descriptor. */
    private final Map<String, Integer> members = new HashMap<>();

    private ClassFile() {
        super(Opcodes.ASM9);
    }

    /** Empty if there is no such class on the class path. */
    static Optional<ClassFile> of(String name) {
        return READ.computeIfAbsent(name, ClassFile::read);
    }

    private static Optional<ClassFile> read(String name) {
        try (InputStream bytes = Links.class.getClassLoader().getResourceAsStream(name + ".class")) {
            if (bytes == null) {
                return Optional.empty();
            }
            ClassFile file = new ClassFile();
            new ClassReader(bytes).accept(file, ClassReader.SKIP_CODE);
            return Optional.of(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void visit(int version, int access, String name, String signature, String superclass, String[] interfaces) {
        this.access = access;
        this.superclass = superclass;
        this.interfaces = List.of(interfaces);
    }

    @Override
    public FieldVisitor visitField(int access, String name, String descriptor, String signature, Object value) {
        members.put(name + descriptor, access);
        return null;
    }

    @Override
    public MethodVisitor visitMethod(
            int access, String name, String descriptor, String signature, String[] exceptions) {
        members.put(name + descriptor, access);
        return null;
    }

    boolean isInterface() {
        return (access & Opcodes.ACC_INTERFACE) != 0;
    }

    boolean isAbstract() {
        return (access & Opcodes.ACC_ABSTRACT) != 0;
    }

    /** The flags of a member that is declared here or inherited. */
    Optional<Integer> find(String member) {
        Integer own = members.get(member);
        if (own != null) {
            return Optional.of(own);
        }
        for (ClassFile parent : parents()) {
            Optional<Integer> inherited = parent.find(member);
            if (inherited.isPresent()) {
                return inherited;
            }
        }
        return Optional.empty();
    }

    /** Methods that nobody implements. */
    Set<String> unimplemented() {
        Set<String> methods = new LinkedHashSet<>();
        for (ClassFile parent : parents()) {
            methods.addAll(parent.unimplemented());
        }
        // what a superclass implements, an interface that comes later does not take back
        methods.removeIf(this::implemented);
        members.forEach((member, flags) -> {
            if ((flags & Opcodes.ACC_ABSTRACT) != 0) {
                methods.add(member);
            }
        });
        return methods;
    }

    private boolean implemented(String member) {
        Integer own = members.get(member);
        if (own != null) {
            return (own & Opcodes.ACC_ABSTRACT) == 0;
        }
        return parents().stream().anyMatch(parent -> parent.implemented(member));
    }

    private List<ClassFile> parents() {
        Set<String> names = new LinkedHashSet<>();
        if (superclass != null) {
            names.add(superclass);
        }
        names.addAll(interfaces);
        return names.stream().flatMap(name -> of(name).stream()).toList();
    }
}

package io.countercache.hibernate.support;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.FieldVisitor;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/**
 * What a class of the library names of Hibernate and Jakarta, and the Hibernate on the class path does not have. The JVM
 * would say so as well, but only when it reaches the line.
 */
public final class Links extends ClassVisitor {

    private final String simpleName;
    private final BiConsumer<String, String> missing;

    private Links(String simpleName, BiConsumer<String, String> missing) {
        super(Opcodes.ASM9);
        this.simpleName = simpleName;
        this.missing = missing;
    }

    /**
     * Finds what is missing for a class.
     *
     * @param name as in {@code io/countercache/hibernate/Counters}
     * @param missing gets what it is, and the place that names it
     */
    public static void of(String name, BiConsumer<String, String> missing) {
        try (InputStream bytes = Links.class.getClassLoader().getResourceAsStream(name + ".class")) {
            Links links = new Links(name.substring(name.lastIndexOf('/') + 1), missing);
            new ClassReader(bytes).accept(links, ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
            ClassFile file = ClassFile.of(name).orElseThrow();
            if (!file.isAbstract()) {
                for (String method : file.unimplemented()) {
                    missing.accept("code for the abstract method " + method, links.simpleName);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void visit(int version, int access, String name, String signature, String superclass, String[] interfaces) {
        type(superclass, simpleName);
        for (String each : interfaces) {
            type(each, simpleName);
        }
    }

    @Override
    public FieldVisitor visitField(int access, String name, String descriptor, String signature, Object value) {
        types(Type.getType(descriptor), simpleName + "." + name);
        return null;
    }

    @Override
    public MethodVisitor visitMethod(
            int access, String name, String descriptor, String signature, String[] exceptions) {
        String place = simpleName + "." + name;
        types(Type.getMethodType(descriptor), place);
        return new Body(place);
    }

    private final class Body extends MethodVisitor {

        private final String place;

        Body(String place) {
            super(Opcodes.ASM9);
            this.place = place;
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            method(owner, name + descriptor, isInterface, opcode == Opcodes.INVOKESTATIC, place);
        }

        @Override
        public void visitFieldInsn(int opcode, String owner, String name, String descriptor) {
            boolean isStatic = opcode == Opcodes.GETSTATIC || opcode == Opcodes.PUTSTATIC;
            type(owner, place).ifPresent(file -> member(file, owner, name + " " + descriptor, isStatic, place));
        }

        @Override
        public void visitTypeInsn(int opcode, String type) {
            types(Type.getObjectType(type), place);
        }

        @Override
        public void visitTryCatchBlock(Label start, Label end, Label handler, String type) {
            if (type != null) {
                type(type, place);
            }
        }

        @Override
        public void visitLdcInsn(Object constant) {
            if (constant instanceof Type type) {
                types(type, place);
            }
        }

        @Override
        public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
            types(Type.getMethodType(descriptor), place);
            for (Object each : arguments) {
                if (each instanceof Handle handle) {
                    boolean isStatic = handle.getTag() == Opcodes.H_INVOKESTATIC;
                    method(
                            handle.getOwner(),
                            handle.getName() + handle.getDesc(),
                            handle.isInterface(),
                            isStatic,
                            place);
                } else if (each instanceof Type type) {
                    types(type, place);
                }
            }
            if (bootstrap.getOwner().endsWith("/LambdaMetafactory")) {
                lambda(Type.getReturnType(descriptor).getInternalName(), name + arguments[0], place);
            }
        }
    }

    private void types(Type type, String place) {
        switch (type.getSort()) {
            case Type.ARRAY -> types(type.getElementType(), place);
            case Type.METHOD -> {
                types(type.getReturnType(), place);
                for (Type each : type.getArgumentTypes()) {
                    types(each, place);
                }
            }
            case Type.OBJECT -> type(type.getInternalName(), place);
            default -> {}
        }
    }

    private Optional<ClassFile> type(String name, String place) {
        if (!name.startsWith("org/hibernate/") && !name.startsWith("jakarta/")) {
            return Optional.empty();
        }
        Optional<ClassFile> file = ClassFile.of(name);
        if (file.isEmpty()) {
            missing.accept("class " + name, place);
        }
        return file;
    }

    private void method(String owner, String method, boolean isInterface, boolean isStatic, String place) {
        Optional<ClassFile> file = type(owner, place);
        if (file.isPresent() && file.get().isInterface() != isInterface) {
            missing.accept((isInterface ? "interface " : "a class, no interface, ") + owner, place);
        }
        file.ifPresent(found -> member(found, owner, method, isStatic, place));
    }

    private void member(ClassFile file, String owner, String member, boolean isStatic, String place) {
        Optional<Integer> flags = file.find(member.replace(" ", ""));
        if (flags.isEmpty() || (flags.get() & Opcodes.ACC_PRIVATE) != 0) {
            missing.accept(owner + "." + member, place);
        } else if (((flags.get() & Opcodes.ACC_STATIC) != 0) != isStatic) {
            missing.accept((isStatic ? "static " : "not static ") + owner + "." + member, place);
        }
    }

    /** A lambda is the one method of its interface. */
    private void lambda(String type, String method, String place) {
        type(type, place).map(ClassFile::unimplemented).ifPresent(methods -> {
            if (!methods.equals(Set.of(method))) {
                missing.accept(type + " with no method but " + method, place);
            }
        });
    }
}

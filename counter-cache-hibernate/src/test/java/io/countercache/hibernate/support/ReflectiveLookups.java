package io.countercache.hibernate.support;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.jar.asm.Type;

/** What the classes of the library look up by reflection, as far as their code has it in constants. */
public final class ReflectiveLookups {

    private static final Set<String> OF_NAMES = Set.of("forName", "loadClass", "exists", "isThere", "isPresent");
    private static final Set<String> OF_MEMBERS = Set.of(
            "getMethod",
            "getMethods",
            "getDeclaredMethod",
            "getDeclaredMethods",
            "getField",
            "getFields",
            "getDeclaredField",
            "getDeclaredFields",
            "getConstructor",
            "getConstructors",
            "getDeclaredConstructor",
            "getDeclaredConstructors",
            "newProxyInstance");

    /**
     * One place that looks something up.
     *
     * @param place a class and its method
     * @param by the method that it calls
     * @param found names of types; none if they are not constants of this place
     */
    public record Lookup(String place, String by, List<String> found) {}

    private ReflectiveLookups() {}

    /** All that there are. */
    public static List<Lookup> all() throws Exception {
        List<Lookup> all = new ArrayList<>();
        for (String each : LibraryClasses.names()) {
            addOf(each, all);
        }
        return all;
    }

    private static void addOf(String name, List<Lookup> all) throws IOException {
        String simpleName = name.substring(name.lastIndexOf('/') + 1);
        try (InputStream bytes = ReflectiveLookups.class.getClassLoader().getResourceAsStream(name + ".class")) {
            new ClassReader(bytes)
                    .accept(
                            new ClassVisitor(Opcodes.ASM9) {
                                @Override
                                public MethodVisitor visitMethod(
                                        int access, String method, String type, String generic, String[] thrown) {
                                    String source = method.replaceFirst("lambda\\$(\\w+)\\$\\d+", "$1");
                                    return new Body(simpleName + "." + source, all);
                                }
                            },
                            ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
        }
    }

    private static final class Body extends MethodVisitor {

        private final String place;
        private final List<Lookup> all;
        private final List<String> types = new ArrayList<>();
        private final List<String> texts = new ArrayList<>();

        Body(String place, List<Lookup> all) {
            super(Opcodes.ASM9);
            this.place = place;
            this.all = all;
        }

        @Override
        public void visitLdcInsn(Object constant) {
            if (constant instanceof Type type) {
                types.add(type.getClassName());
            } else if (constant instanceof String text) {
                texts.add(text);
            }
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String type, boolean isInterface) {
            if (name.equals("getClassLoader")) {
                return; // what it is for comes next
            }
            boolean isOfNames = OF_NAMES.contains(name) && type.startsWith("(Ljava/lang/String;");
            boolean isOfMembers = OF_MEMBERS.contains(name)
                    || (owner.endsWith("/OptionalMethod") && name.equals("of"))
                    || (owner.endsWith("/HibernateFields") && name.equals("open"));
            if (isOfNames || isOfMembers) {
                all.add(new Lookup(place, name, List.copyOf(isOfNames ? texts : types)));
            }
            forget();
        }

        @Override
        public void visitJumpInsn(int opcode, Label target) {
            forget(); // they were compared with something
        }

        private void forget() {
            types.clear();
            texts.clear();
        }
    }
}

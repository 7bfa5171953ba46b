package io.countercache.samples.springboot;

import io.countercache.Drift;
import io.countercache.RepairReport;
import java.util.List;
import org.springframework.stereotype.Controller;
import org.springframework.ui.Model;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.support.RedirectAttributes;

/** A request for each button; all lead back to the page. */
@Controller
class BlogController {

    private static final String PAGE = "redirect:/";

    private final BlogService blog;

    BlogController(BlogService blog) {
        this.blog = blog;
    }

    @GetMapping("/")
    String page(Model model) {
        model.addAttribute("page", blog.page());
        return "blog";
    }

    @PostMapping("/comments")
    String addComment(
            @RequestParam long post, @RequestParam String text, @RequestParam(defaultValue = "false") boolean spam) {
        blog.addComment(post, text, spam);
        return PAGE;
    }

    @PostMapping("/comments/{id}/move")
    String moveComment(@PathVariable long id, @RequestParam long post) {
        blog.moveComment(id, post);
        return PAGE;
    }

    @PostMapping("/comments/{id}/delete")
    String deleteComment(@PathVariable long id) {
        blog.deleteComment(id);
        return PAGE;
    }

    @PostMapping("/comments/delete-spam")
    String deleteSpam(RedirectAttributes next) {
        say("%d spam comments deleted".formatted(blog.deleteSpam()), List.of(), next);
        return PAGE;
    }

    @PostMapping("/comments/delete-all")
    String deleteAllComments() {
        blog.deleteAllComments();
        return PAGE;
    }

    @PostMapping("/posts/{id}/delete-comments")
    String deleteCommentsOf(@PathVariable long id) {
        blog.deleteCommentsOf(id);
        return PAGE;
    }

    @PostMapping("/posts/{id}/tags")
    String addTag(@PathVariable long id, @RequestParam long tag) {
        blog.addTag(id, tag);
        return PAGE;
    }

    @PostMapping("/posts/{id}/tags/{tag}/delete")
    String removeTag(@PathVariable long id, @PathVariable long tag) {
        blog.removeTag(id, tag);
        return PAGE;
    }

    @PostMapping("/posts/{id}/comment-by-sql")
    String addCommentBySql(@PathVariable long id) {
        blog.addCommentBySql(id);
        return PAGE;
    }

    @PostMapping("/import")
    String importPosts(@RequestParam int posts) {
        blog.importPosts(posts);
        return PAGE;
    }

    @PostMapping("/check")
    String checkForDrift(RedirectAttributes next) {
        RepairReport report = blog.checkForDrift();
        say("%d posts examined, %d wrong".formatted(report.examined(), report.drifted()), report.first(), next);
        return PAGE;
    }

    @PostMapping("/posts/{id}/recount")
    String recount(@PathVariable long id, RedirectAttributes next) {
        List<Drift> corrected = blog.recount(id);
        say("Recounted: %d corrected".formatted(corrected.size()), corrected, next);
        return PAGE;
    }

    private static void say(String message, List<Drift> drift, RedirectAttributes next) {
        next.addFlashAttribute("message", message);
        next.addFlashAttribute("drift", drift);
    }
}

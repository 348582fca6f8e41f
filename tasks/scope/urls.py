from django.urls import path

from tasks.scope import views

urlpatterns = [
    path("desk/scope/", views.rules, name="scope_rules"),
    path("desk/scope/new/", views.edit, name="scope_rule_new"),
    path("desk/scope/<int:pk>/", views.edit, name="scope_rule"),
    path("desk/scope/share/", views.share, name="scope_share"),
    path("desk/tasks/warning/", views.warn, name="warning"),
]

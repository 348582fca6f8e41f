from django.urls import URLPattern, URLResolver, path

from tasks import phone_views, verify_views, views

app_name = "tasks"

phone: list[URLPattern | URLResolver] = [
    path("me/tasks/", phone_views.browse, name="browse"),
    path("me/tasks/<int:pk>/", phone_views.offer, name="offer"),
    path("me/tasks/<int:pk>/claim/", phone_views.claim, name="claim"),
    path("me/claims/", phone_views.my_claims, name="my_claims"),
    path("me/claims/<int:pk>/", phone_views.my_claim, name="my_claim"),
    path("me/claims/<int:pk>/withdraw/", phone_views.withdraw, name="withdraw"),
    path("me/claims/<int:pk>/brief/", phone_views.open_brief, name="open_brief"),
]
desk: list[URLPattern | URLResolver] = [
    path("desk/tasks/", views.task_list, name="list"),
    path("desk/tasks/new/", views.task_new, name="new"),
    path("desk/wishes/<int:wish_pk>/publish/", views.task_new_for_wish, name="new_for_wish"),
    path("desk/tasks/<int:pk>/", views.task_detail, name="detail"),
    path("desk/tasks/<int:pk>/edit/", views.task_edit, name="edit"),
    path("desk/tasks/<int:pk>/publish/", views.task_publish, name="publish"),
    path("desk/tasks/<int:pk>/cancel/", views.task_cancel, name="cancel"),
    path("desk/tasks/<int:pk>/presence/", verify_views.task_presence, name="presence"),
    path("desk/tasks/<int:pk>/sheet/", verify_views.presence_sheet, name="sheet"),
    path("desk/tasks/<int:pk>/verify/", verify_views.task_verify, name="verify"),
    path("desk/verifications/", verify_views.to_verify, name="to_verify"),
    path("desk/verifications/<int:pk>/reverse/", verify_views.verification_reverse, name="reverse"),
    path("desk/items/", views.items, name="items"),
    path("desk/items/new/", views.item_edit, name="item_new"),
    path("desk/items/<int:pk>/", views.item_edit, name="item"),
]
urlpatterns = phone + desk

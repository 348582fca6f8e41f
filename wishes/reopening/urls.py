from django.urls import path

from wishes.reopening import views

urlpatterns = [path("desk/wishes/<int:pk>/take-up-again/", views.take_up_again, name="take_up_again")]
